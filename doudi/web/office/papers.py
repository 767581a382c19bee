"""The papers of a case as PDF: one by one, or all together for the archive."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from doudi.base.actions import record_read
from doudi.cases import papers, printing
from doudi.cases.problems import NoSuchPaper
from doudi.web.desk import actor_of, desk

PDF = "application/pdf"
ALL = "archive"


@desk("case.read")
@require_safe
def case_paper(request: HttpRequest, case_id: int, paper: str) -> HttpResponse:
    """One paper, or with ``archive`` the whole package of the file; reading it is recorded."""
    try:
        wanted = papers.papers_of(case_id) if paper == ALL else [papers.paper_of(case_id, paper)]
    except NoSuchPaper as nothing:
        if paper not in papers.KINDS:
            raise
        # Whether anything is missing is only known once it is asked: an answer, not a fault.
        messages.info(request, str(nothing))
        return redirect("case", case_id)
    record_read(f"cases.case:{case_id}", by=actor_of(request), why=f"打印文书 {paper}")
    response = HttpResponse(printing.as_pdf(wanted), content_type=PDF)
    name = wanted[0].number if paper != ALL else wanted[0].number.rpartition("-")[0] + "-案卷"
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    response["Cache-Control"] = "no-store"
    return response
