"""Merkle roots and the chain: every change of what was sealed shows."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.seals import chain_root, check_proof, leaf_hash, merkle_proof, merkle_root

rows = st.lists(st.binary(max_size=20), min_size=1, max_size=40)


def rfc6962_root(texts):
    """Compute the tree hash straight from the recursive definition of RFC 6962, 2.1."""
    if not texts:
        return hashlib.sha256(b"").digest()
    if len(texts) == 1:
        return hashlib.sha256(b"\x00" + texts[0]).digest()
    split = 1
    while split * 2 < len(texts):
        split *= 2
    both = rfc6962_root(texts[:split]) + rfc6962_root(texts[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def root_of(texts):
    return merkle_root([leaf_hash(text) for text in texts])


@given(st.lists(st.binary(max_size=20), max_size=70))
def test_the_root_is_that_of_the_recursive_definition(texts):
    assert root_of(texts) == rfc6962_root(texts)


def test_known_values_of_certificate_transparency():
    # The eight entries and roots with which Certificate Transparency logs are tested.
    texts = [bytes.fromhex(t) for t in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    assert root_of(texts[:1]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert root_of(texts).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


def test_any_flipped_bit_of_any_row_changes_the_root():
    texts = [f"{k}:核定低保金 1680.00".encode() for k in range(60)]
    sealed, found, flips = root_of(texts), 0, 0
    for place, text in enumerate(texts):
        for bit in range(len(text) * 8):
            changed = bytearray(text)
            changed[bit // 8] ^= 1 << bit % 8
            flips += 1
            found += root_of([*texts[:place], bytes(changed), *texts[place + 1 :]]) != sealed
    assert found == flips > 10_000


@given(st.lists(st.binary(max_size=6), min_size=2, max_size=30, unique=True), st.data())
def test_deletion_insertion_swap_and_truncation_change_the_root(texts, data):
    sealed = root_of(texts)
    one = data.draw(st.integers(0, len(texts) - 2))
    other = data.draw(st.integers(one + 1, len(texts) - 1))
    swapped = list(texts)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    for forged in (
        texts[:one] + texts[one + 1 :], texts[:-1], swapped, [*texts, texts[-1]],
        [*texts[:one], b"new row", *texts[one:]],
    ):  # fmt: skip
        assert root_of(forged) != sealed


def test_an_inner_node_cannot_be_passed_off_as_a_row():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != merkle_root([left, right])
    assert leaf_hash("低保") == leaf_hash("低保".encode())


def test_texts_are_not_taken_for_hashes():
    with pytest.raises(AssertionError):
        merkle_root([b"a text"])


@given(rows, st.data())
def test_a_proof_convinces_for_its_own_row_place_and_tree_only(texts, data):
    leaves = [leaf_hash(text) for text in texts]
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = merkle_root(leaves), merkle_proof(leaves, index)
    leaf, size = leaves[index], len(leaves)
    assert check_proof(leaf, index, size, proof, root)
    assert not check_proof(leaf_hash(b"x" * 21), index, size, proof, root)
    assert not check_proof(leaf, index, size, [*proof, root], root)
    assert not check_proof(leaf, index, size, proof, leaf_hash(root))
    assert not check_proof(leaf, size, size, proof, root)
    assert not check_proof(leaf, -1, size, proof, root)
    if proof:
        assert not check_proof(leaf, index, size, proof[:-1], root)
        assert not check_proof(leaf, index, size, [leaf_hash(proof[0]), *proof[1:]], root)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_row_of_every_small_tree_can_be_proved_and_only_there(size):
    leaves = [leaf_hash(str(k)) for k in range(size)]
    root = merkle_root(leaves)
    for index in range(size):
        proof = merkle_proof(leaves, index)
        places = [k for k in range(size) if check_proof(leaves[index], k, size, proof, root)]
        assert places == [index]


def _chain(seals):
    links = [None]
    for root, count, last_id in seals:
        links.append(chain_root(links[-1], root, count, last_id))
    return links[1:]


def test_a_changed_root_count_or_id_changes_every_later_link():
    seals = [(leaf_hash(str(k)), k + 1, 10 * k) for k in range(6)]
    links = _chain(seals)
    for place, (root, count, last_id) in enumerate(seals):
        for forged in ((leaf_hash(root), count, last_id), (root, count + 1, last_id),
                       (root, count, last_id + 1), (root, last_id, count + 256)):  # fmt: skip
            again = _chain([*seals[:place], forged, *seals[place + 1 :]])
            assert again[:place] == links[:place]
            assert not set(again[place:]) & set(links[place:])


def test_a_link_can_be_computed_again_from_its_written_definition():
    root, previous = leaf_hash("a"), leaf_hash("b")
    numbers = (5).to_bytes(8, "big") + (77).to_bytes(8, "big")
    assert chain_root(previous, root, 5, 77) == (
        hashlib.sha256(b"\x02" + previous + root + numbers).digest()
    )
    assert chain_root(None, root, 5, 77) == chain_root(bytes(32), root, 5, 77)
