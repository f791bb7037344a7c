"""Renewing the token of somebody who is signed on, before it ends: by one visit at a time, in whichever instance."""

import asyncio
import time
from dataclasses import dataclass, replace

from console.signing_on.places import away
from console.signing_on.sessions import Session, Sessions, SignedOn
from console.signing_on.sign_on import TWICE, SignOn
from sevensteps import log
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http

BEFORE_SECONDS = 30.0
"""How long before its end a token is renewed."""
WAIT_SECONDS = 5.0
"""How long a visit waits for another one to renew a token that has ended."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Renewal:
    """Keeps people signed on for as long as their session lasts and their issuer wants."""

    sessions: Sessions
    sign_on: SignOn

    async def good(self, session: Session) -> Session | None:
        """The session with a token that is good now; None where that was the end of it, and it is ended.

        Raises Faults: ISSUER_UNAVAILABLE where the token has ended and the issuer cannot be asked for another one.
        """
        left = session.who.ends - time.time() if session.who.ends else BEFORE_SECONDS
        if left >= BEFORE_SECONDS:
            return session
        if session.who.refresh and await self.sessions.take_turn(session):
            found = await self._renewed_here(session, is_good=left > 0)
        elif left > 0:
            found = session
        else:
            found = await self._renewed_elsewhere(session) if session.who.refresh else None
        if found is None:
            await self.sessions.end(session)
        return found

    async def _renewed_here(self, session: Session, *, is_good: bool) -> Session | None:
        """The session with a new token, or as it is where it is good still and there is no new one yet."""
        try:
            return await self._renewed(session)
        except Fault as fault:
            await self.sessions.give_back_turn(session)
            if fault.kind is Kind.DENIED:  # it gives no role here any more
                await self.sessions.end(session)
            elif is_good:
                log.get().warning("a token cannot be renewed", reason=fault.reason, detail=fault.detail)
                return session
            raise

    async def _renewed(self, session: Session) -> Session | None:
        """None where the issuer wants to know no more of it, or it became somebody else's."""
        newest = await self.sessions.find(session.kept, is_visit=False)
        if newest is None or newest.token != session.token:  # another visit was faster
            await self.sessions.give_back_turn(session)
            return newest
        place = self.sign_on.places.all().get(session.who.place)
        if place is None:
            return None
        await place.ensure_answers()
        form = {"grant_type": "refresh_token", "refresh_token": session.who.refresh}
        try:
            tokens = await place.ask_for_tokens(form)
        except http.RefusedError as error:
            if error.code == TWICE:
                return None
            raise away(place.issuer.url, str(error)) from error
        except http.NoAnswerError as error:
            raise away(place.issuer.url, str(error)) from error
        who = await self.sign_on.who(place, {"refresh_token": session.who.refresh, **tokens})
        if _whose(who) != _whose(session.who):
            return None
        await self.sessions.renew(session, who)
        return replace(session, who=who)

    async def _renewed_elsewhere(self, session: Session) -> Session | None:
        """The session as another visit leaves it. Raises a Fault (UNAVAILABLE) where that takes too long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
            found = await self.sessions.find(session.kept, is_visit=False)
            if found is None or found.token != session.token:
                return found
        raise away("of your council", "it does not answer")


def _whose(who: SignedOn) -> tuple[str, str]:
    return who.subject, who.council
