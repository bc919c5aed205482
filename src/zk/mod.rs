//! The ZooKeeper session made safe: connect, outlive expiry, watches that come back, a registrant that holds ephemerals.
