// Workbooks for journeys: written with nothing but the standard library of Python, opened with what offices use.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const WRITE = `
import json, sys, zipfile
from xml.sax.saxutils import escape
def cell(value):
    if isinstance(value, (int, float)): return f'<c><v>{value}</v></c>'
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
rows = ''.join('<row>' + ''.join(cell(value) for value in row) + '</row>' for row in json.loads(sys.argv[2]))
main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
package = 'http://schemas.openxmlformats.org/package/2006'
kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as book:
    book.writestr('[Content_Types].xml', f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>')
    book.writestr('_rels/.rels', f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    book.writestr('xl/workbook.xml', f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>')
    book.writestr('xl/_rels/workbook.xml.rels', f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
    book.writestr('xl/worksheets/sheet1.xml', f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>')
`

const READ = `
import json, sys
try:
    import openpyxl
except ImportError:
    print('null')
    sys.exit()
book = openpyxl.load_workbook(sys.argv[1])
formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == 'f']
rows = [[str(value) if hasattr(value, 'year') else value for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
print(json.dumps({'sheets': book.sheetnames, 'formulas': formulas, 'rows': rows}))
`

export function write(path, rows) {
  execFileSync('python3', ['-c', WRITE, path, JSON.stringify(rows)])
}

/** Sheets, formulas and rows of the first sheet as openpyxl reads them; null where it is not installed. */
export function read(path) {
  return JSON.parse(execFileSync('python3', ['-c', READ, path], { maxBuffer: 1 << 28 }).toString())
}

/** The first sheet as LibreOffice opens it, as CSV; null where it is not installed. */
export async function converted(path, folder) {
  try {
    execFileSync('soffice', ['--headless', `-env:UserInstallation=file://${folder}/office`, '--convert-to', 'csv:Text - txt - csv (StarCalc):44,34,76', '--outdir', folder, path], { stdio: 'ignore' })
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
  return (await readFile(path.replace(/\.xlsx$/, '.csv'))).toString()
}
