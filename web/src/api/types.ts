/** The shapes the server answers with. They are promises of the HTTP API: change them there first. */

export interface Text { zh: string; en: string }

export type Grade = 'text' | 'paper' | 'press' | 'illustrative'
export type Tone = 'good' | 'bad' | 'warn' | 'neutral'
export type Stage = 'diagnosis' | 'planning' | 'supply' | 'supervision'

export interface Quantity { value: string; unit: string }

export interface RuleSummary {
  id: string
  name: string
  title: Text
  stage: string
  kind: 'choice' | 'pass_fail' | 'yes_no' | 'quantity' | 'date' | 'set' | 'record'
  outcomes: { code: string; title: Text; tone: Tone }[]
}

export interface PackageSummary {
  id: string
  title: Text
  layer: string
  digest: string
  illustrative: boolean
  cases: number
}

export interface Status {
  version: string
  store: { name: string; cases: number; events: number; sample: boolean }
  as_of: string
  packages: PackageSummary[]
  rules: RuleSummary[]
  banner: Text | null
}

export interface Outcome {
  code: string
  text: Text
  raw: unknown
  grade: Grade | null
  missing: number
  bound?: 'at_most'
}

export interface CaseRow {
  case_id: string
  project_name: string | null
  holder: string | null
  city: string | null
  district: string | null
  industry: string | null
  area: Quantity | null
  price: Quantity | null
  signed_on: string | null
  term_years: string | number | null
  package: string
  outcomes: Record<string, Outcome>
}

export interface ValueCount { value: string; count: number }
export interface CodeCount { code: string; count: number }

export interface CaseList {
  total: number
  facets: {
    city: ValueCount[]
    district: ValueCount[]
    package: ValueCount[]
    outcome: Record<string, CodeCount[]>
  }
  rows: CaseRow[]
}

export interface Owner { id: string; title: Text }

export interface Cite {
  id: string
  document: Text
  number: string | null
  article: Text | string
  text: Text
  grade: Grade
  rank: string
}

export interface FactSource {
  seq: number
  kind: string
  kind_title: Text
  happened_on: string | null
  recorded_at: string
  actor_title: Text
  origin: string | null
}

export interface Fact {
  name: string
  title: Text
  value: string
  display: Text
  owner: Owner | null
  source: FactSource | null
}

export interface CaseEvent {
  seq: number
  kind: string
  title: Text
  happened_on: string | null
  recorded_at: string
  actor_title: Text
  origin: string | null
  /** The law under which an act was decided; what was imported has none. */
  package?: string | null
  /** What the law said to an act when it was done. */
  grounds?: Ground[] | null
  facts: { name: string; title: Text; display: Text }[]
  digest: string
}

export interface MissingFact { name: string; title: Text; owner: Text | null }

export interface Determination {
  rule: string
  name: string
  title: Text
  stage: string
  outcome: Outcome
  missing: MissingFact[]
  cites: Cite[]
  grade: Grade | null
  package: string
  law_from: string | null
  bound?: 'at_most'
  reason?: Text | null
}

export type Position = number[]
export type Geometry =
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] }

export interface CaseFile {
  case_id: string
  package: { id: string; title: Text; digest: string }
  sample: boolean
  facts: Fact[]
  events: CaseEvent[]
  determinations: Determination[]
  geometry: Geometry | null
}

export type NodeKind =
  | 'rule' | 'version' | 'exception' | 'definition' | 'operation'
  | 'fact' | 'parameter' | 'literal' | 'reference'

export interface TraceNode {
  kind: NodeKind
  title: Text
  expression: string | null
  value: { state: 'known' | 'unknown' | 'not_applicable' | 'undefined'; raw: string; display: Text }
  cites: Cite[]
  grade: Grade | null
  parameter: { id: string; layer: Text; from: string; until: string | null; unit: string | null } | null
  source: { seq: number; happened_on: string | null; recorded_at: string; actor_title: Text; origin: string | null } | null
  owner: Text | null
  missing: string[]
  note: Text | null
  children: TraceNode[]
}

export interface Explanation {
  case_id: string
  rule: string
  as_of: string
  determination: Determination
  tree: TraceNode
}

export interface DocumentSummary {
  id: string
  title: Text
  number: string | null
  issuer: Text
  rank: string
  issued: string | null
  in_force: { from: string | null; until: string | null } | null
  status: string
  grade: Grade
  package: string
  /** The day on which a person last compared it with its source. */
  reviewed: string | null
  coverage: { encoded: number; articles: number }
  views: {
    table1?: { city: string; order: number }
    fig1?: { order: number; year: number; label: Text }
  } | null
}

export interface Article {
  key: string
  label: Text | string
  text: Text
  grade: Grade
  encoded: string[] | null
  not_encoded: Text | null
}

export interface LibraryDocument extends DocumentSummary {
  source: { where: Text; reviewed?: string }
  articles: Article[]
  replaces?: string[]
  replaced_by?: string[]
}

export interface ParameterSummary {
  id: string
  title: Text
  unit: string | null
  package: string
  current?: Text | null
  grade?: Grade | null
}

export interface Parameter {
  id: string
  title: Text
  unit: string | null
  package: string
  /** The columns of a table; a parameter has none. */
  columns?: { name: string; title: Text; unit: string }[]
  values: {
    from: string
    from_note: Text | null
    value: string | null
    display: Text
    /** The rows of a table's edition. */
    rows?: string[][]
    cites: Cite[]
    grade: Grade
    illustrative: Text | null
  }[]
  reviewed: string | null
}

export interface LawPackage { id: string; title: Text; layer: string; illustrative: boolean }

/** A version, value or edition that a rule rests on on a day. */
export interface LawGround {
  kind: 'rule' | 'parameter' | 'table'
  path: string
  title: Text
  package: string
  layer: Text | null
  from: string
  display: Text | null
  grade: Grade
  illustrative: Text | null
  reviewed: string | null
  cites: Cite[]
}

export interface LawRule {
  id: string
  name: string
  title: Text
  owner: Text
  kind: string
  definition: boolean
  subject: Text | null
  versions: { layer: string; from: string; until: string | null; grade: Grade; illustrative: Text | null; note: Text | null; cites: Cite[] }[]
  rests_on: LawGround[]
  uses: { name: string; title: Text }[]
}

export interface LawTree {
  package: LawPackage
  digest: string
  as_of: string
  chain: LawPackage[]
  stages: { stage: string; rules: LawRule[] }[]
}

export interface CompareChoices {
  packages: { id: string; title: Text; layer: string }[]
  reforms: { id: string; title: Text; extends: string | null }[]
  as_of: string
}

export interface CompareTotals {
  cases: number | null
  changed: number
  moves: { from: string; to: string; cases: number }[]
  left: string | null
  right: string | null
  difference: string | null
  open: number
  illustrative: boolean
}

export interface CompareSide {
  package: string
  from: string
  value: string | null
  unit: Text | null
  cites: string[]
  grade: Grade
  illustrative: boolean
}

export interface CompareRule {
  rule: string
  name: string
  title: Text
  stage: string
  unit: Text | null
  /** Only differences are summed, in days. */
  measures_days: boolean
  totals: CompareTotals
  by_district: Record<string, CompareTotals>
  by_industry: Record<string, CompareTotals>
  differences_in_law: { kind: string; path: string; title: Text | null; left: CompareSide | null; right: CompareSide | null }[]
  titles: Record<string, Text>
}

export interface CompareReport {
  left: string | null
  right: string | null
  reform: string | null
  left_as_of: string
  right_as_of: string
  cases: number
  rules: CompareRule[]
}

export interface ChangedCases {
  rule: string
  total: number
  offset: number
  rows: { case_id: string; left: Outcome; right: Outcome; difference: string | null }[]
}

/** What a form asks of a fact; yes and no are a code of two values. */
export interface FactForm {
  name: string
  title: Text
  kind: 'number' | 'date' | 'code' | 'text'
  unit: Text | null
  values: { code: string; title: Text }[]
}

/** One reason against an act. */
export interface Refusal {
  code: string
  title: Text
  detail: Text
  remedy: Text
  rule: string | null
  cites: Cite[]
  missing: { fact: string; title: Text; owner: Owner }[]
}

/** An act on a case, with the reason why the structure of a life does not allow it. */
export interface Act {
  name: string
  title: Text
  owner: Owner
  cites: Cite[]
  asks: FactForm[]
  takes: FactForm[]
  note: Text | null
  refusal: Refusal | null
}

export interface Standing { stage: { name: string; title: Text }; open: { name: string; title: Text }[] }

/** An outcome that asks for something; its citations are ids alone. */
export interface Finding {
  rule: string
  title: Text
  outcome: Text
  tone: 'bad' | 'warn' | ''
  cites: string[]
  grade: Grade
}

export type DutyState = 'escalated' | 'overdue' | 'unreported' | 'near' | 'ahead' | 'unknown' | 'late' | 'met'

export interface Duty {
  duty: string
  title: Text
  by: Owner
  owner: Owner
  due: string | null
  done: string | null
  state: DutyState
  said: Text
  /** Days past the due day; negative before it. */
  days: number
  missing: MissingFact[]
  cites: Cite[]
  grade: Grade
}

/** How a case stands on a day, and what can be done to it. */
export interface Life {
  case_id: string
  on: string
  exists: boolean
  standing: Standing
  last_act: string | null
  acts: Act[]
  findings: Finding[]
  duties: Duty[]
}

/** What is sent to do an act, or with `dry_run` to hear what the law says to it. */
export interface ActRequest {
  act: string
  on: string
  by: string
  origin: string
  facts: Record<string, string>
  key: string
  dry_run: boolean
}

/** What one rule said to an act; its citations are ids alone. */
export interface Ground { rule: string; outcome: string; cites: string[]; grade: Grade }

/** An act that was recorded, or would be. */
export interface ActDone {
  case: string
  kind: string
  happened_on: string
  key: string
  package: string | null
  facts: Record<string, string>
  standing: Standing
  grounds: Ground[]
}

export interface WorkLine extends Duty { case_id: string; district: string }

export interface WorkList {
  on: string
  total: number
  counts: Partial<Record<DutyState, number>>
  lines: WorkLine[]
  departments: Owner[]
}

/** A refusal as the guide has it: its words with their places still open. */
export interface RefusalWords { code: string; title: Text; detail: Text; remedy: Text; why: Text }

/** application/problem+json; an act that is refused has every reason with it. */
export interface Problem { code: string; title: Text | string; detail: Text | string; refused?: Refusal[] }

/** What a parcel shares with a zone of a layer. */
export interface ZoneShare {
  place: number
  level: Text | null
  share: number
  area_m2: number
  attributes: Record<string, unknown> | null
  geometry: Geometry | null
}
export interface LayerShare {
  name: string
  edition: number
  title: string
  kind: Text
  from: string | null
  until: string | null
  source: string
  digest: string
  seq: number
  approximate: boolean
  illustrative: boolean
  zones: ZoneShare[]
}
export interface ParcelLayers { as_of: string; outlined: boolean; layers: LayerShare[] }

/** A desk as its form needs it. */
export interface Desk {
  name: string
  title: Text
  owner: Text
  asks: FactForm[]
  uses: { name: string; title: Text }[]
  cites: Cite[]
  note: Text | null
  paper: string | null
}
export interface Desks { package: string; packages: { id: string; title: Text }[]; desks: Desk[] }

export type DeskState = 'known' | 'unknown' | 'not_applicable' | 'undefined'

/** A fact or a number of the law in a line of an answer. */
export interface DeskUse {
  title: Text
  text: Text
  fact: string | null
  set_by: { layer: Text; from: string } | null
  grade: Grade | null
  cites: Cite[]
  illustrative: Text | null
}
export interface DeskLine {
  depth: number
  title: Text
  formula: string
  state: DeskState
  value: string
  text: Text
  version: Text
  grade: Grade | null
  cites: Cite[]
  note: Text | null
  uses: DeskUse[]
}
export interface DeskAnswer {
  rule: string
  title: Text
  owner: Text
  state: DeskState
  value: string
  text: Text
  grade: Grade | null
  cites: Cite[]
  missing: MissingFact[]
  lines: DeskLine[]
  /** What a source says of the same quantity elsewhere. */
  beside?: { said: Text; low: string | null; high: string | null; cites: Cite[] } | null
}
/** One form of tenure with the answers that are compared. */
export interface DeskForm {
  name: string
  title: Text
  given: Record<string, string>
  cites: Cite[]
  illustrative: Text | null
  answers: DeskAnswer[]
}
export interface DeskStandard {
  met: DeskAnswer
  value: Text
  bar: DeskAnswer
  equation: { text: Text; holds: boolean | null; margin: Text | null; cites: Cite[] } | null
  margin: DeskAnswer | null
}
export interface DeskScreened {
  verdicts: DeskAnswer[]
  standards: DeskStandard[]
  lists: { layer: Text; answer: DeskAnswer }[]
  applicant: DeskAnswer[]
  missing: { owner: Text; facts: MissingFact[] }[]
}
export interface DeskTested {
  sums: { title: Text; area: string }[]
  total: string
  changes: { title: Text; room: 'at_most' | 'at_least' | 'any' | 'none' | 'unknown'; area: string | null; text: Text }[]
  answers: DeskAnswer[]
}
export interface DeskAnswers {
  package: string
  digest: string
  answers: DeskAnswer[]
  forms?: DeskForm[]
  screened?: DeskScreened
  tested?: DeskTested
}
