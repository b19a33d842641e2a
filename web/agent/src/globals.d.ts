// Constants that the build puts in place of these names.
declare const PDF_LIBRARY_URL: string;
declare const PDF_LIBRARY_INTEGRITY: string;
declare const PDF_WORKER_URL: string;
declare const PDF_WORKER_INTEGRITY: string;
declare const ENGLISH_URL: string;
declare const ENGLISH_INTEGRITY: string;

interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}
declare var trustedTypes: TrustedTypePolicyFactory | undefined;
