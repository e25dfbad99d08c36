"""Group `booking`: commits, free times, whole bookings beside other sites, and a burst of visitors."""

GROUP = "booking"
