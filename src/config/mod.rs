//! The one configuration file (a superset of the user's microservices.yaml) and the checks that report every mistake at once.
