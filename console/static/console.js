import { initAll } from './govuk/govuk-frontend.min.js'
import { keepFresh } from './refresh.js'

initAll()
keepFresh()
