"""People and households: search, a person's facts, a household's aid chain."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.cases.gaps import gaps_of
from doudi.cases.queries import Award, Case
from doudi.kernel import clock
from doudi.kernel.problems import Problem, require
from doudi.people import accounts, facts, queries
from doudi.people.kinds import KINDS, label_of
from doudi.people.search import find_people
from doudi.watch.queries import Alert
from doudi.web.desk import actor_of, desk, key_of

LONGEST_SEARCH = 40


class ReasonMissing(Problem):
    """A full number is shown only for a reason."""

    code = "reveal.reason_missing"
    status = 400
    say = "查看完整证件号码必须写明事由。"
    next = "请填写事由（例如案件号），查看记录会进入审计。"
    fields = ()


@desk("person.read")
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Search by name, pinyin initials, tail of the id or village.

    Names and numbers are posted, because addresses are kept in histories and in the logs of
    servers on the way; only initials may stand in an address.
    """
    posted = request.POST.get("q", "")
    text = (posted or _initials(request.GET.get("q", ""))).strip()[:LONGEST_SEARCH]
    found = find_people(text, place=None, by=actor_of(request)) if text else []
    if found:
        record_read("people.search", by=actor_of(request), why=f"查找，{len(found)} 条")
    by_part = getattr(request, "htmx", False)
    template = "desk/people_found.html" if by_part else "desk/people.html"
    response = render(request, template, {"text": text, "found": found})
    if by_part:
        initials = _initials(text)
        response["HX-Replace-Url"] = reverse("people") + (f"?q={initials}" if initials else "")
    return response


def _initials(text: str) -> str:
    """The text where it is nothing but latin letters, else nothing."""
    told = text.strip()
    return told if told.isascii() and told.isalpha() and len(told) < 10 else ""


@desk("person.read")
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is known of a person, with sources and both times."""
    view = queries.person_view(person_id)
    record_read(f"people.person:{person_id}", by=actor_of(request))
    known = facts.facts_of([person_id]).get(person_id, [])
    return render(
        request,
        "desk/person.html",
        {
            "person": view,
            "facts": [(label_of(fact.kind), fact) for fact in known if fact.kind in KINDS],
            "account": queries.open_accounts([person_id]).get(person_id),
            "consents": queries.consents_of(person_id),
        },
    )


@desk("person.reveal")
@require_POST
def person_reveal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the full id number, for a reason, recorded."""
    why = request.POST.get("why", "").strip()
    require(len(why) >= 2, ReasonMissing())
    number = queries.reveal_id(person_id, why=why, by=actor_of(request))
    response = render(
        request,
        "desk/revealed.html",
        {"person": queries.person_view(person_id), "number": number},
    )
    response["Cache-Control"] = "no-store"
    return response


@desk("account.confirm")
@require_POST
def account_confirm(request: HttpRequest, account_id: int) -> HttpResponse:
    """A second person confirms a payee account."""
    account = keyed(accounts.confirm_account, key_of(request, "account.confirm"))(
        account_id, by=actor_of(request)
    )
    messages.success(request, "收款账户已复核。")
    if not actor_of(request).may("person.read"):  # the finance office does not see people's files
        return redirect("batches")
    return redirect("person", account.person_id)


@desk("person.read")
@require_safe
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """One household, one aid chain (一户一条救助链)."""
    view = queries.household_view(household_id)
    record_read(f"people.household:{household_id}", by=actor_of(request))
    today = clock.business_today()
    awards = list(Award.objects.filter(household_id=household_id).order_by("-since"))
    names = {member.person_id: member.name for member in view.members}
    found = gaps_of(household_id, view.place)
    return render(
        request,
        "desk/household.html",
        {
            "household": view,
            "chain": list(queries.chain_of(household_id).order_by("-happened_at", "-id")[:300]),
            "awards": [(award, award.before is None or award.before > today) for award in awards],
            "gaps": [(gap, names.get(gap.person_id or 0, "全家")) for gap in found],
            "cases": Case.objects.filter(household_id=household_id).order_by("-id"),
            "alerts": Alert.objects.filter(household_id=household_id).order_by("-id"),
        },
    )
