//! Who is there, and the writes: registries behind one cut, ZooKeeper first.
