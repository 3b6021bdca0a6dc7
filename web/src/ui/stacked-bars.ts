/** Stacked bars with names down the side. */
import type { EChartsCoreOption } from 'echarts/core'
import { token } from './chart-token'

export type BarTone = 'good' | 'bad' | 'warn' | 'neutral' | 'unknown' | 'void'

/** For each series a number a name. */
export interface Bars {
  names: string[]
  series: { name: string; tone: BarTone; values: number[] }[]
}

/** Below this width the legend stands one below the other, and names are broken. */
const NARROW = 360

export function stackedBars(bars: Bars, width: number): EChartsCoreOption {
  const narrow = width < NARROW
  const font = { color: token('ink-2'), fontFamily: token('font'), fontSize: 12 }
  return {
    animation: false,
    textStyle: font,
    grid: { left: 8, right: 24, top: narrow ? 20 * bars.series.length + 8 : 28, bottom: 4, containLabel: true },
    legend: { left: 0, top: 0, orient: narrow ? 'vertical' : 'horizontal', itemWidth: 10, itemHeight: 10, textStyle: font },
    xAxis: { type: 'value', minInterval: 1, axisLabel: font, splitLine: { lineStyle: { color: token('line') } } },
    yAxis: { type: 'category', inverse: true, data: bars.names, axisLabel: narrow ? { ...font, width: 92, overflow: 'break' } : font, axisTick: { show: false }, axisLine: { lineStyle: { color: token('line-2') } } },
    series: bars.series.map((one) => ({
      name: one.name, type: 'bar', stack: 'all', barMaxWidth: 18, data: one.values, cursor: 'pointer',
      itemStyle: { color: token(`${one.tone}-fill`), borderColor: token('surface'), borderWidth: 1 },
    })),
  }
}
