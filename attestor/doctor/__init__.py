"""Whether a deployment can work: each assumption as a check with a name, before anything is paid.

`examine` runs the checks in `checks`, which know the configuration alone.
"""
