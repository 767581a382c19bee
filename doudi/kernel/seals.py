"""Merkle trees in the shape of RFC 6962, and the chain of their roots.

Leaves, inner nodes and links of the chain are hashed with different first bytes (00, 01, 02),
so that none can ever be passed off as another.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE, _LINK = b"\x00", b"\x01", b"\x02"
_SIZE = 32

# What stands before the first link of a chain.
NO_ROOT = bytes(_SIZE)


def leaf_hash(text: bytes | str) -> bytes:
    """Return SHA-256 of 00 and the text (UTF-8)."""
    return sha256(_LEAF + (text.encode() if isinstance(text, str) else text)).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


def _level_above(nodes: Sequence[bytes]) -> list[bytes]:
    """Join neighbours; a last one without a neighbour goes up as it is, as RFC 6962 orders."""
    above = [_node_hash(nodes[k], nodes[k + 1]) for k in range(0, len(nodes) - 1, 2)]
    if len(nodes) % 2:
        above.append(nodes[-1])
    return above


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of none, SHA-256 of nothing."""
    assert all(len(leaf) == _SIZE for leaf in leaves), "leaves are hashes, not texts"
    if not leaves:
        return sha256().digest()
    nodes: Sequence[bytes] = leaves
    while len(nodes) > 1:
        nodes = _level_above(nodes)
    return nodes[0]


def merkle_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the neighbours needed to climb from one leaf to the root, lowest first."""
    assert 0 <= index < len(leaves), "no such leaf"
    nodes: Sequence[bytes] = leaves
    path = []
    while len(nodes) > 1:
        neighbour = index ^ 1
        if neighbour < len(nodes):
            path.append(nodes[neighbour])
        nodes, index = _level_above(nodes), index // 2
    return tuple(path)


def check_proof(leaf: bytes, index: int, count: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether this leaf hash stands at this index of a tree of `count` leaves."""
    if not 0 <= index < count:
        return False
    node, last, steps = leaf, count - 1, iter(proof)
    while last:
        if index % 2 or index < last:
            neighbour = next(steps, None)
            if neighbour is None:
                return False
            node = _node_hash(neighbour, node) if index % 2 else _node_hash(node, neighbour)
        index, last = index // 2, last // 2
    return next(steps, None) is None and node == root


def chain_root(previous: bytes | None, root: bytes, count: int, last_id: int) -> bytes:
    """Link a root to the chain before it.

    SHA-256 of 02, the previous link (32 zero bytes for the first), the root, the number of rows
    and the id of the last row, both as 8 bytes, highest first.
    """
    before = NO_ROOT if previous is None else previous
    assert len(before) == len(root) == _SIZE, "links are made of hashes"
    numbers = count.to_bytes(8, "big") + last_id.to_bytes(8, "big")
    return sha256(_LINK + before + root + numbers).digest()
