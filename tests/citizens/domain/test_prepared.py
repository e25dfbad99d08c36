import pytest
from django.db import IntegrityError, connection, transaction

from citizens.domain import prepared
from tests.factories.citizens import OfficeFactory

pytestmark = pytest.mark.django_db
NAME = "SELECT name FROM citizens_office WHERE code = %(code)s"


def test_a_statement_gives_its_rows_and_is_prepared_at_once():
    office = OfficeFactory()

    assert prepared.run(NAME, {"code": office.code}) == [(office.name,)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT name%"]
        )
        assert cursor.fetchone() == (1,)


def test_a_statement_is_counted_like_any_other(django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        prepared.run(NAME, {"code": "nowhere"})

    assert "citizens_office" in captured.captured_queries[0]["sql"]


def test_what_postgresql_refuses_is_an_error_of_django():
    office = OfficeFactory()
    twice = "INSERT INTO citizens_office SELECT * FROM citizens_office WHERE code = %(code)s"

    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.run(twice, {"code": office.code})
