"""Who was booked is who comes: PostgreSQL itself refuses another name, birth date or person.

The encrypted NIK may be written again when keys rotate; what it says is frozen by the person key. Erasure, which
replaces all of it, says so by `SET LOCAL portal.erasing = 'on'` in its transaction.
"""

from django.db import migrations

FREEZE = """
    CREATE FUNCTION citizens_visitor_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('portal.erasing', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'A booked name, birth date or NIK is frozen (visitor %)', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'visitor_is_frozen';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER citizens_visitor_frozen BEFORE UPDATE ON citizens_visitor FOR EACH ROW
    WHEN (OLD.full_name IS DISTINCT FROM NEW.full_name
        OR OLD.birth_date IS DISTINCT FROM NEW.birth_date
        OR OLD.person_key IS DISTINCT FROM NEW.person_key
        OR OLD.appointment_id IS DISTINCT FROM NEW.appointment_id
        OR (OLD.nik IS NULL) <> (NEW.nik IS NULL))
    EXECUTE FUNCTION citizens_visitor_frozen();
"""
THAW = "DROP TRIGGER citizens_visitor_frozen ON citizens_visitor; DROP FUNCTION citizens_visitor_frozen();"


class Migration(migrations.Migration):
    dependencies = [("citizens", "0002_booking_complete")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
