using System.Buffers.Binary;

namespace Stiefel.Cli.Laptop;

/// <summary>Reads the certificates in a signature list of the firmware or in shim's MokListRT (UEFI 2.10 §32.4.1, EFI_SIGNATURE_LIST).</summary>
internal static class SignatureDatabase
{
    private const int HeaderLength = 28;
    private const int OwnerLength = 16;
    private static readonly Guid s_certificate = new("a5c059a1-94e4-4aa7-87b5-ab155c2bf072");

    /// <summary>The subjects of the certificates, up to the first damaged entry.</summary>
    /// <param name="value">The variable's value.</param>
    public static IReadOnlyList<string> Names(ReadOnlyMemory<byte> value)
    {
        var names = new List<string>();
        while (value.Length >= HeaderLength)
        {
            var header = value.Span;
            var type = new Guid(header[..16]);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
            long before = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
            long each = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
            if (length < HeaderLength || length > value.Length || before > length - HeaderLength || each <= OwnerLength)
            {
                break;
            }

            if (type == s_certificate)
            {
                for (var at = HeaderLength + before; at + each <= length; at += each)
                {
                    names.Add(CertificateNames.SubjectOf(value.Slice((int)at + OwnerLength, (int)each - OwnerLength)) ?? "a certificate without a name");
                }
            }

            value = value[(int)length..];
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
