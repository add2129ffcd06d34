"""The worst case: how large a prompt can become, from what its inputs declare, before there are any."""
