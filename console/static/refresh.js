/* Keeps the numbers of a page up to date: twice a minute it asks for the page again, and writes only what has changed. */
const EVERY = 30_000
const NOT_A_VISIT = { 'x-refresh': '1' }
const OWN = ['open', 'style', 'class']

/* Elements stay, so that nothing loses the focus, and nothing is read out anew. What holds the focus is left as it is. */
const update = (old, fresh) => {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
    if (!old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true))
    return
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data
    return
  }
  for (const { name, value } of fresh.attributes) {
    if (!OWN.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
  const pairs = [...old.childNodes].map((child, at) => [child, fresh.childNodes[at]])
  for (const [child, other] of pairs) update(child, other)
}

/* Whether it is worth going on: not once somebody has signed out, here or in another window. */
const refresh = async (part) => {
  let answer
  try {
    answer = await fetch(location.href, { headers: NOT_A_VISIT, redirect: 'manual', cache: 'no-store' })
  } catch {
    return true
  }
  if (answer.type === 'opaqueredirect') return false
  if (!answer.ok) return true
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.getElementById(part.id)
  if (fresh) update(part, fresh)
  return true
}

const isThrifty = () => matchMedia('(prefers-reduced-data: reduce)').matches || navigator.connection?.saveData

export const keepFresh = () => {
  const part = document.querySelector('main[data-refreshes]')
  if (!part || isThrifty()) return
  let last = Date.now()
  let isUnderWay = false
  let timer = 0
  const whenDue = async () => {
    if (isUnderWay || document.visibilityState !== 'visible' || Date.now() - last < EVERY) return
    isUnderWay = true
    const goesOn = await refresh(part)
    last = Date.now()
    isUnderWay = false
    if (goesOn) return
    clearInterval(timer)
    document.removeEventListener('visibilitychange', whenDue)
  }
  timer = setInterval(whenDue, EVERY / 10)
  document.addEventListener('visibilitychange', whenDue)
}
