/** Addresses of the page. Each one reproduces its view, with language and assessment date. */
import { createRouter, createWebHistory } from 'vue-router'
import { asLanguage, language, setLanguage } from './i18n/language'
import PortfolioPage from './portfolio/PortfolioPage.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'portfolio', component: PortfolioPage },
    { path: '/cases/:id', name: 'parcel', component: () => import('./parcel/ParcelPage.vue') },
    { path: '/cases/:id/explain/:rule', name: 'explanation', component: () => import('./explanation/ExplanationPage.vue') },
    { path: '/documents', name: 'documents', component: () => import('./library/DocumentsPage.vue') },
    { path: '/documents/:id', name: 'document', component: () => import('./library/DocumentPage.vue') },
    { path: '/parameters', name: 'parameters', component: () => import('./library/ParametersPage.vue') },
    { path: '/parameters/:package/:stage/:name', name: 'parameter', component: () => import('./library/ParameterPage.vue') },
    { path: '/laws', name: 'laws', component: () => import('./law/LawPage.vue') },
    { path: '/laws/:package', name: 'law', component: () => import('./law/LawPage.vue') },
    { path: '/compare', name: 'compare', component: () => import('./compare/ComparePage.vue') },
    { path: '/work', name: 'work', component: () => import('./work/WorkPage.vue') },
    { path: '/desks/:name', name: 'desk', component: () => import('./desks/DeskPage.vue') },
    { path: '/map', name: 'map', component: () => import('./map/MapPage.vue') },
    { path: '/refusals', name: 'refusals', component: () => import('./refusals/RefusalsPage.vue') },
    { path: '/refusals/:code', name: 'refusal', component: () => import('./refusals/RefusalPage.vue') },
    { path: '/sign-in', name: 'sign-in', component: () => import('./account/SignInPage.vue') },
    { path: '/account', name: 'account', component: () => import('./account/AccountPage.vue') },
    { path: '/accounts', name: 'accounts', component: () => import('./account/AccountsPage.vue') },
    { path: '/audit', name: 'audit', component: () => import('./account/VisitsPage.vue') },
    { path: '/proposals', name: 'proposals', component: () => import('./account/ProposalsPage.vue') },
    { path: '/plan', name: 'plans', component: () => import('./plan/PlansPage.vue') },
    { path: '/plan/draft', name: 'plan-draft', component: () => import('./plan/DraftPage.vue') },
    { path: '/plans/:plan', name: 'plan', component: () => import('./plan/PlanPage.vue') },
    { path: '/linkage', name: 'linkage', component: () => import('./linkage/LinkagePage.vue') },
    { path: '/layers', name: 'layers', component: () => import('./layer-book/LayersPage.vue') },
    { path: '/layers/:layer/:edition', name: 'layer', component: () => import('./layer-book/LayerPage.vue') },
    { path: '/listings', name: 'listings', component: () => import('./listings/ListingsPage.vue') },
    { path: '/listings/new', name: 'listing-new', component: () => import('./listings/PublishPage.vue') },
    { path: '/listings/:id', name: 'listing', component: () => import('./listings/ListingPage.vue') },
    { path: '/listings/:id/bids/:digest', name: 'bid', component: () => import('./listings/BidReasonsPage.vue') },
    { path: '/public', name: 'public', component: () => import('./public/PublicPage.vue') },
    { path: '/public/:kind/:key', name: 'public-item', component: () => import('./public/PublicItemPage.vue') },
    { path: '/overview', name: 'overview', component: () => import('./overview/OverviewPage.vue') },
    { path: '/evaluation', name: 'evaluation', component: () => import('./supervision/EvaluationPage.vue') },
    { path: '/idle', name: 'idle', component: () => import('./supervision/IdlePage.vue') },
    { path: '/credit', name: 'credit', component: () => import('./supervision/CreditPage.vue') },
    { path: '/import', name: 'import', component: () => import('./import/ImportPage.vue') },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./shell/NowherePage.vue') },
  ],
  scrollBehavior(to, from, saved) {
    if (saved) return saved
    // Pages scroll to their own anchors once their data are there.
    if (to.hash !== '' || to.path === from.path) return false
    return { top: 0 }
  },
})

router.beforeEach((to, from) => {
  const query = { ...to.query }
  const wanted = asLanguage(to.query['lang'])
  if (wanted === null) query['lang'] = language()
  else if (wanted !== language()) setLanguage(wanted)
  const moved = to.path !== from.path
  if (moved && query['as_of'] === undefined && from.query['as_of']) query['as_of'] = from.query['as_of']
  const changed = wanted === null || query['as_of'] !== to.query['as_of']
  return changed ? { path: to.path, query, hash: to.hash, replace: true } : true
})
