"""The commands of ``liftc``, one file each: ``add_arguments`` declares its arguments, ``run`` does it."""
