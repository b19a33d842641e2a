type Json = null | boolean | number | string | Json[] | JsonObject;
interface JsonObject {
  [name: string]: Json;
}
type PdfValue =
  | null
  | boolean
  | number
  | PdfValue[]
  | import("./pdf-syntax.js").Name
  | import("./pdf-syntax.js").Text
  | import("./pdf-syntax.js").Reference
  | import("./pdf-syntax.js").Dictionary;
