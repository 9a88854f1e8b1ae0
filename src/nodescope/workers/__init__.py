"""Who makes pieces of a large task: processes of this machine, a Dask cluster, anybody's map. The bits do not know who did."""
