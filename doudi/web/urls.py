"""URL roots of the three doors; each page has a row in ``authorization.toml``."""

from django.urls import URLPattern, URLResolver, path

from doudi.web import signin
from doudi.web.office import alerts, audit, cases, deliveries, payments, people, today, users

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("sign-in", signin.sign_in, name="sign_in"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("password", signin.change_password, name="change_password"),
    path("posts/<int:post_id>/switch", signin.switch_post, name="switch_post"),
    path("alerts", alerts.alerts, name="alerts"),
    path("alerts/<int:alert_id>", alerts.alert, name="alert"),
    path("alerts/<int:alert_id>/do/<slug:verb>", alerts.alert_do, name="alert_do"),
    path("leads", alerts.leads, name="leads"),
    path("leads/new", alerts.lead_new, name="lead_new"),
    path("leads/<int:lead_id>", alerts.lead, name="lead"),
    path("leads/<int:lead_id>/settle", alerts.lead_settle, name="lead_settle"),
    path("people", people.people, name="people"),
    path("people/<int:person_id>", people.person, name="person"),
    path("people/<int:person_id>/reveal", people.person_reveal, name="person_reveal"),
    path("accounts/<int:account_id>/confirm", people.account_confirm, name="account_confirm"),
    path("households/<int:household_id>", people.household, name="household"),
    path("households/<int:household_id>/apply", cases.case_new, name="case_new"),
    path("cases", cases.cases, name="cases"),
    path("cases/<int:case_id>", cases.case, name="case"),
    path("cases/<int:case_id>/consents/<int:person_id>", cases.case_consent, name="case_consent"),
    path("cases/<int:case_id>/do/<slug:verb>", cases.case_do, name="case_do"),
    path("decisions/<int:decision_id>/why", cases.why, name="why"),
    path("batches", payments.batches_page, name="batches"),
    path("batches/accrue", payments.accrue, name="accrue"),
    path("batches/make", payments.batch_make, name="batch_make"),
    path("batches/<int:batch_id>", payments.batch, name="batch"),
    path("batches/<int:batch_id>/approve", payments.batch_approve, name="batch_approve"),
    path("batches/<int:batch_id>/release", payments.batch_release, name="batch_release"),
    path("batches/<int:batch_id>/send-back", payments.batch_send_back, name="batch_send_back"),
    path("batches/<int:batch_id>/file", payments.batch_file, name="batch_file"),
    path("batches/<int:batch_id>/return", payments.batch_return, name="batch_return"),
    path("deliveries", deliveries.deliveries, name="deliveries"),
    path("deliveries/receive", deliveries.delivery_receive, name="delivery_receive"),
    path("deliveries/queue", deliveries.match_queue, name="match_queue"),
    path("deliveries/<int:delivery_id>", deliveries.delivery, name="delivery"),
    path(
        "deliveries/<int:delivery_id>/rejects", deliveries.delivery_rejects, name="delivery_rejects"
    ),
    path(
        "deliveries/<int:delivery_id>/withdraw",
        deliveries.delivery_withdraw,
        name="delivery_withdraw",
    ),
    path("formats/<slug:format_code>", deliveries.format_template, name="format_template"),
    path("users", users.users, name="users"),
    path("users/new", users.user_create, name="user_create"),
    path("users/<int:user_id>", users.user, name="user"),
    path("users/<int:user_id>/reset", users.user_reset, name="user_reset"),
    path("users/<int:user_id>/disable", users.user_disable, name="user_disable"),
    path("users/<int:user_id>/posts", users.post_grant, name="post_grant"),
    path("posts/<int:post_id>/end", users.post_end, name="post_end"),
    path("audit", audit.audit, name="audit"),
    path("audit/<int:entry_id>", audit.audit_entry, name="audit_entry"),
]
handler404 = "doudi.web.middleware.not_found"
