"""One file an engine that proposes text, the protocol they share, the models they load and the cache of replies."""
