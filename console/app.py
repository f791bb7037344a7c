"""The console put together: its addresses, what each answers, and what stands before and behind them."""

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console import refusals, words
from console.pages import (
    approval,
    approvals,
    audit,
    case,
    cases,
    feed,
    glossary,
    home,
    issuer_sign_in,
    packs,
    plain,
    publication,
    rehearsal,
    repair,
    repair_wizard,
    repairs,
    reviews,
    sign_in,
    stuck,
    views,
)
from console.saved_views import SavedViews
from console.signing_on.sessions import Sessions
from console.signing_on.sign_on import SignOn
from console.starting import STATIC
from console.visit import TOKEN, Console, for_anybody, for_signed_on
from sevensteps.case_history.words import words_of
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain as without_underscores
from sevensteps.rpc.caller import Caller

ROUTES = [
    Route("/", for_signed_on(home.show)),
    Route("/cases", for_signed_on(cases.show)),
    Route("/cases.csv", for_signed_on(cases.as_file)),
    Route("/cases/{case_id}", for_signed_on(case.show)),
    Route("/views", for_signed_on(views.show), methods=["GET"]),
    Route("/views", for_signed_on(views.save), methods=["POST"]),
    Route("/views/new", for_signed_on(views.begin)),
    Route("/views/{view_id}/delete", for_signed_on(views.delete), methods=["POST"]),
    Route("/stuck", for_signed_on(stuck.causes)),
    Route("/stuck/cases", for_signed_on(stuck.of_cause)),
    Route("/repairs", for_signed_on(repairs.show)),
    Route("/repairs/new", for_signed_on(repair_wizard.begin), methods=["GET"]),
    Route("/repairs/new", for_signed_on(repair_wizard.plan), methods=["POST"]),
    Route("/repairs/{repair_id}", for_signed_on(repair.show)),
    Route("/repairs/{repair_id}/continue", for_signed_on(repair.go_on), methods=["POST"]),
    Route("/repairs/{repair_id}/agree", for_signed_on(repair.agree), methods=["POST"]),
    Route("/repairs/{repair_id}/stop", for_signed_on(repair.ask_to_stop), methods=["GET"]),
    Route("/repairs/{repair_id}/stop", for_signed_on(repair.stop), methods=["POST"]),
    Route("/audit", for_signed_on(audit.show)),
    Route("/audit.csv", for_signed_on(audit.as_file)),
    Route("/audit.jsonl", for_signed_on(audit.as_chain)),
    Route("/feed", for_signed_on(feed.show)),
    Route("/feed/delete", for_signed_on(feed.ask_to_delete), methods=["GET"]),
    Route("/feed/delete", for_signed_on(feed.delete), methods=["POST"]),
    Route("/approvals", for_signed_on(approvals.show)),
    Route("/approvals/{case_id}", for_signed_on(approval.show)),
    Route("/approvals/{case_id}/approve", for_signed_on(approval.approve), methods=["POST"]),
    Route("/approvals/{case_id}/return", for_signed_on(approval.send_back), methods=["POST"]),
    Route("/reviews", for_signed_on(reviews.show)),
    Route("/reviews.csv", for_signed_on(reviews.as_file)),
    Route("/packs", for_signed_on(packs.show)),
    Route("/packs/publications/{publication_id}", for_signed_on(publication.show)),
    Route(
        "/packs/publications/{publication_id}/put-in-force", for_signed_on(publication.put_in_force), methods=["POST"]
    ),
    Route("/packs/{version}", for_signed_on(packs.values)),
    Route("/packs/{version}/rules", for_signed_on(packs.rules)),
    Route("/rehearsal", for_signed_on(rehearsal.show)),
    Route("/glossary", for_signed_on(glossary.show)),
    Route("/sign-in", for_anybody(sign_in.show), methods=["GET"]),
    Route("/sign-in", for_anybody(sign_in.sign_in), methods=["POST"]),
    Route("/sign-in/go", for_anybody(issuer_sign_in.go)),
    Route("/sign-in/back", for_anybody(issuer_sign_in.back)),
    Route("/sign-in/back/{council}", for_anybody(issuer_sign_in.back)),
    Route("/sign-out", for_anybody(issuer_sign_in.sign_out), methods=["POST"]),
    Route("/signed-out", for_anybody(issuer_sign_in.signed_out)),
    Route("/cookies", for_anybody(plain.cookies)),
    Route("/healthz", plain.health),
    Mount("/static", StaticFiles(directory=STATIC)),
]


def app_of(settings: Settings, sessions: Sessions, sign_on: SignOn) -> Starlette:
    """The console over the services that the settings name. Raises a Fault where certificates cannot be used."""
    handlers = {Fault: refusals.of_fault, HTTPException: refusals.of_http, Exception: refusals.of_error}
    app = Starlette(routes=ROUTES, exception_handlers=handlers)
    caller, saved = Caller(settings, TOKEN.get), SavedViews(sessions.store)
    app.state.console = Console(settings, sessions, saved, caller, templates(), words_of(settings), sign_on)
    return app


def templates() -> jinja2.Environment:
    """The templates of the pages, and GOV.UK's components, which leave out what they are not given."""
    ours = jinja2.PackageLoader("console")
    theirs = jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")})
    loader = jinja2.ChoiceLoader([ours, theirs])
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.ChainableUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(words=words, short_name=short_name)
    environment.filters["plain"] = without_underscores
    return environment
