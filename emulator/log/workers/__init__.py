"""One log for several workers: one process has it open, and the others send it their entries over sockets."""
