"""PyTorch modules, a file each, to be read beside the paper it names; imported where a fit or a score needs them."""
