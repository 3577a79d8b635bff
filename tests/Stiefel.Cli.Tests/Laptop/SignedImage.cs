using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Stiefel.Cli.Tests.Laptop;

/// <summary>Images that look signed to a reader of signers' names.</summary>
internal static class SignedImage
{
    /// <summary>A kernel image that is also a PE file with an appended certificate table.</summary>
    /// <param name="issuer">The issuer of its signer's certificate; empty for an image without a signature.</param>
    public static byte[] Of(string issuer)
    {
        using var laptop = new LaptopModel();
        laptop.WriteKernel("kernel");
        var image = File.ReadAllBytes(laptop["kernel"]);
        "MZ"u8.CopyTo(image);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x3c), 0x40);
        "PE\0\0"u8.CopyTo(image.AsSpan(0x40));
        BinaryPrimitives.WriteInt16LittleEndian(image.AsSpan(0x58), 0x20b);
        if (issuer.Length == 0)
        {
            return image;
        }

        var signature = Signature(issuer);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x58 + 144), image.Length);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x58 + 148), signature.Length + 8);
        var header = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, signature.Length + 8);
        return [.. image, .. header, .. signature];
    }

    /// <summary>A signature as RFC 5652 §5.1 has it, only with the fields that are read.</summary>
    public static byte[] Signature(string issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var inside = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(inside))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                writer.PushSetOf().Dispose();
                writer.PushSequence().Dispose();
                writer.PushSequence(inside).Dispose();
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteInteger(1);
                    using (writer.PushSequence())
                    {
                        writer.WriteEncodedValue(new X500DistinguishedName($"CN={issuer}").RawData);
                        writer.WriteInteger(7);
                    }
                }
            }
        }

        return writer.Encode();
    }
}
