"""`mosseval k8s`: a run on a cluster, one module a command."""
