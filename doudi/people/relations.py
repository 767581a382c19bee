"""Relations to the head (GB/T 4761, as the household books say them) in the words of the rules."""

HEAD = "户主"

_TO_HEAD = {
    "户主": "本人", "本人": "本人", "本人或户主": "本人",
    "配偶": "配偶", "夫": "配偶", "妻": "配偶",
    "子": "子女", "女": "子女", "儿子": "子女", "女儿": "子女", "子女": "子女", "独生子": "子女",
    "独生女": "子女", "长子": "子女", "次子": "子女", "三子": "子女", "长女": "子女",
    "次女": "子女", "三女": "子女", "养子": "子女", "养女": "子女", "继子": "子女", "继女": "子女",
    "父": "父母", "母": "父母", "父亲": "父母", "母亲": "父母", "父母": "父母", "养父": "父母",
    "养母": "父母", "继父": "父母", "继母": "父母",
    "孙子": "孙子女", "孙女": "孙子女", "孙子女": "孙子女", "外孙": "孙子女", "外孙子": "孙子女",
    "外孙女": "孙子女",
    "祖父": "祖父母", "祖母": "祖父母", "祖父母": "祖父母", "外祖父": "祖父母", "外祖母": "祖父母",
    "兄": "兄弟姐妹", "弟": "兄弟姐妹", "姐": "兄弟姐妹", "妹": "兄弟姐妹", "姊": "兄弟姐妹",
    "哥哥": "兄弟姐妹", "弟弟": "兄弟姐妹", "姐姐": "兄弟姐妹", "妹妹": "兄弟姐妹",
    "兄弟姐妹": "兄弟姐妹",
}  # fmt: skip

# (applicant's relation to the head, member's relation to the head) -> member's to the applicant.
# What does not follow for certain (a spouse's children, cousins) is left to the investigation.
_SEEN_FROM = {
    ("配偶", "本人"): "配偶", ("配偶", "子女"): "子女", ("配偶", "孙子女"): "孙子女",
    ("子女", "本人"): "父母", ("子女", "配偶"): "父母", ("子女", "子女"): "兄弟姐妹",
    ("子女", "父母"): "祖父母",
    ("父母", "本人"): "子女", ("父母", "父母"): "配偶", ("父母", "子女"): "孙子女",
    ("父母", "兄弟姐妹"): "子女",
    ("孙子女", "本人"): "祖父母", ("孙子女", "配偶"): "祖父母",
    ("祖父母", "本人"): "孙子女", ("祖父母", "祖父母"): "配偶",
    ("兄弟姐妹", "本人"): "兄弟姐妹", ("兄弟姐妹", "父母"): "父母",
    ("兄弟姐妹", "兄弟姐妹"): "兄弟姐妹", ("兄弟姐妹", "祖父母"): "祖父母",
}  # fmt: skip


def relation_to_applicant(relation: str, applicant: str, *, is_applicant: bool = False) -> str:
    """A member's relation to the applicant, from both relations to the head; else "其他"."""
    if is_applicant:
        return "本人"
    to_head = _TO_HEAD.get(relation, "其他")
    applicant_to_head = _TO_HEAD.get(applicant, "其他")
    if applicant_to_head == "本人":
        return to_head
    return _SEEN_FROM.get((applicant_to_head, to_head), "其他")
