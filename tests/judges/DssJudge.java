// What EU DSS says of PDF files, one JSON object a line: run by tests/judges/dss.py with DSS's own jar files as class path.
//
//   java -cp "$ESIGN_DSS_CLASSPATH" DssJudge.java [--trust FILE.der]… [--crl FILE.der]… < LIST
//
// Each line of LIST: the PDF, the instant of validation (2026-11-22T12:00:00Z), and if there is one its evidence record,
// divided by tabs. Nothing is fetched: revocation data come from the file, or from --crl.

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.EvidenceRecordWrapper;
import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.enumerations.DigestMatcherType;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class DssJudge {
    public static void main(String[] arguments) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        List<String> lists = new ArrayList<>();
        for (int place = 0; place + 1 < arguments.length; place += 2) {
            if (arguments[place].equals("--trust")) {
                trusted.addCertificate(DSSUtils.loadCertificate(new File(arguments[place + 1])));
            } else {
                lists.add(arguments[place + 1]);
            }
        }
        BufferedReader list = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = list.readLine(); line != null; line = list.readLine()) {
            Map<String, Object> said;
            try {
                said = judged(line.split("\t"), trusted, lists);
            } catch (Exception error) {
                said = new LinkedHashMap<>();
                said.put("error", error.toString());
            }
            System.out.println(json(said));
        }
    }

    private static Map<String, Object> judged(
            String[] asked, CommonTrustedCertificateSource trusted, List<String> lists) throws Exception {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        verifier.setAIASource(null);
        if (!lists.isEmpty()) {
            List<DSSDocument> crls = new ArrayList<>();
            for (String each : lists) {
                crls.add(new FileDocument(each));
            }
            verifier.setCrlSource(new ExternalResourcesCRLSource(crls.toArray(new DSSDocument[0])));
        }
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(asked[0]));
        validator.setCertificateVerifier(verifier);
        validator.setValidationTime(Date.from(Instant.parse(asked[1])));
        if (asked.length > 2) {
            validator.setDetachedEvidenceRecordDocuments(List.of(new FileDocument(asked[2])));
        }
        Reports reports = validator.validateDocument();
        SimpleReport simple = reports.getSimpleReport();
        DiagnosticData data = reports.getDiagnosticData();
        List<Object> signatures = new ArrayList<>();
        for (SignatureWrapper signature : data.getSignatures()) {
            Map<String, Object> one = token(simple, signature.getId());
            one.put("format", String.valueOf(simple.getSignatureFormat(signature.getId())));
            one.put("intact", signature.isSignatureIntact() && signature.isSignatureValid());
            one.put("structure", texts(signature.getStructuralValidationMessages()));
            revision(one, signature.getPDFRevision());
            signatures.add(one);
        }
        List<Object> timestamps = new ArrayList<>();
        for (TimestampWrapper stamp : data.getTimestampList()) {
            Map<String, Object> one = token(simple, stamp.getId());
            one.put("type", String.valueOf(stamp.getType()));
            one.put("intact", stamp.isMessageImprintDataIntact() && stamp.isSignatureIntact());
            revision(one, stamp.getPDFRevision());
            timestamps.add(one);
        }
        List<Object> records = new ArrayList<>();
        for (EvidenceRecordWrapper record : data.getEvidenceRecords()) {
            Map<String, Object> one = token(simple, record.getId());
            one.put("structure", texts(record.getStructuralValidationMessages()));
            one.put("sound", record.isStructuralValidationValid());
            // Neighbours in the hash tree are matchers, too (orphans): only the document's own counts.
            one.put("intact", record.getDigestMatchers().stream().anyMatch(each -> each.isDataFound() && each.isDataIntact()
                    && each.getType() == DigestMatcherType.EVIDENCE_RECORD_ARCHIVE_OBJECT));
            one.put("proven", String.valueOf(simple.getEvidenceRecordPOE(record.getId()) == null
                    ? null : simple.getEvidenceRecordPOE(record.getId()).toInstant()));
            records.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("signatures", signatures);
        all.put("timestamps", timestamps);
        all.put("records", records);
        return all;
    }

    private static Map<String, Object> token(SimpleReport simple, String id) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("indication", String.valueOf(simple.getIndication(id)));
        one.put("sub_indication", String.valueOf(simple.getSubIndication(id)));
        one.put("errors", messages(simple.getAdESValidationErrors(id)));
        one.put("warnings", messages(simple.getAdESValidationWarnings(id)));
        return one;
    }

    private static void revision(Map<String, Object> one, PDFRevisionWrapper revision) {
        if (revision == null) {
            return;
        }
        one.put("field", String.valueOf(revision.getFirstFieldName()));
        one.put("byte_range", revision.isSignatureByteRangeValid());
        one.put("dictionary", revision.isPdfSignatureDictionaryConsistent());
        one.put("modified", revision.arePdfModificationsDetected());
        one.put("overlapping", revision.getPdfAnnotationsOverlapConcernedPages().size());
        one.put("looking_different", revision.getPdfVisualDifferenceConcernedPages().size());
        one.put("other_pages", revision.getPdfPageDifferenceConcernedPages().size());
        one.put("undefined_changes", revision.getPdfUndefinedChanges().size());
        one.put("annotation_changes", revision.getPdfAnnotationChanges().size());
    }

    private static List<String> messages(List<Message> found) {
        List<String> said = new ArrayList<>();
        for (Message each : found) {
            said.add(each.getKey() + ": " + each.getValue());
        }
        return said;
    }

    private static List<String> texts(Collection<String> found) {
        return found == null ? List.of() : new ArrayList<>(found);
    }

    private static String json(Object value) {
        StringBuilder out = new StringBuilder();
        if (value instanceof Map<?, ?> entries) {
            entries.forEach((key, item) -> out.append(out.isEmpty() ? "{" : ",").append(json(key)).append(":").append(json(item)));
            return out.isEmpty() ? "{}" : out + "}";
        }
        if (value instanceof Collection<?> items) {
            items.forEach(item -> out.append(out.isEmpty() ? "[" : ",").append(json(item)));
            return out.isEmpty() ? "[]" : out + "]";
        }
        if (value instanceof Boolean || value instanceof Number) {
            return value.toString();
        }
        out.append('"');
        for (char each : String.valueOf(value).toCharArray()) {
            out.append(each < ' ' || each == '"' || each == '\\' ? String.format("\\u%04x", (int) each) : String.valueOf(each));
        }
        return out.append('"').toString();
    }
}
