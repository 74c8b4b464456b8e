"""For all tests: properties have no deadline, as a busy machine is no fault."""

from hypothesis import settings

settings.register_profile("logcost", deadline=None)
settings.load_profile("logcost")
