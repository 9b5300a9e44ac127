"""The staff's desk: an application of its own, which the public one neither mounts nor imports."""
