/** ECharts on demand, coloured by the page's own tokens. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core'

export async function drawer(): Promise<(place: HTMLElement, option: EChartsCoreOption) => EChartsType> {
  const { getInstanceByDom, init } = await import('./echarts')
  return (place, option) => {
    const chart = getInstanceByDom(place) ?? init(place, undefined, { renderer: 'svg' })
    chart.setOption(option, true)
    return chart
  }
}

/** A token of the style sheets as the chart needs it. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
