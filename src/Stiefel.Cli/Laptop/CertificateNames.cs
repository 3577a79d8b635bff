using System.Formats.Asn1;

namespace Stiefel.Cli.Laptop;

/// <summary>Reads common names, by which people know keys, from X.509 certificates (RFC 5280 §4.1) and signatures (RFC 5652 §5.1).</summary>
internal static class CertificateNames
{
    private const string CommonName = "2.5.4.3";
    private static readonly Asn1Tag s_version = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_certificates = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_revocations = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>The subject's common name; null if the bytes are not a certificate.</summary>
    public static string? SubjectOf(ReadOnlyMemory<byte> certificate) => Try(() =>
    {
        var content = new AsnReader(certificate, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        if (content.PeekTag() == s_version)
        {
            content.ReadEncodedValue();
        }

        foreach (var _ in (string[])["serial", "algorithm", "issuer", "validity"])
        {
            content.ReadEncodedValue();
        }

        return NameIn(content.ReadSequence());
    });

    /// <summary>The issuers of a signature's certificates; none if the bytes are not a signature.</summary>
    public static IReadOnlyList<string> IssuersOf(ReadOnlyMemory<byte> signature) => Try<IReadOnlyList<string>>(() =>
    {
        var envelope = new AsnReader(signature, AsnEncodingRules.BER).ReadSequence();
        envelope.ReadObjectIdentifier();
        var content = envelope.ReadSequence(s_certificates).ReadSequence();
        content.ReadInteger();
        content.ReadEncodedValue(); // digest algorithms
        content.ReadEncodedValue(); // the signed content
        while (content.HasData && (content.PeekTag() == s_certificates || content.PeekTag() == s_revocations))
        {
            content.ReadEncodedValue();
        }

        var signers = content.ReadSetOf();
        var names = new List<string>();
        while (signers.HasData)
        {
            var signer = signers.ReadSequence();
            signer.ReadInteger();
            names.Add(NameIn(signer.ReadSequence().ReadSequence()) ?? "");
        }

        return names;
    }) ?? [];

    private static string? NameIn(AsnReader name)
    {
        string? found = null;
        while (name.HasData)
        {
            var attribute = name.ReadSetOf().ReadSequence();
            if (attribute.ReadObjectIdentifier() == CommonName)
            {
                var tag = (UniversalTagNumber)attribute.PeekTag().TagValue;
                found = attribute.ReadCharacterString(tag);
            }
        }

        return found;
    }

    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is AsnContentException or ArgumentException)
        {
            return null;
        }
    }
}
