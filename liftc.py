"""The public interface of liftc: ``import liftc; liftc.compile_spec(...)``."""

__version__ = "0.1.0"
