using System.Net;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;

namespace Stiefel.Client.Unlocking;

/// <summary>The passphrase of the laptop's disk: typed once for a boot, however often the boot is repeated, and overwritten in the end.</summary>
internal sealed class LaptopPassphrase : IDisposable
{
    private byte[]? _bytes;
    private string _uuid = "";
    private IPEndPoint? _laptop;

    /// <summary>Begins without a passphrase.</summary>
    public LaptopPassphrase()
    {
    }

    private LaptopPassphrase(ReadOnlySpan<byte> given)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(given.Length, pinned: true);
        given.CopyTo(_bytes);
        IsGiven = true;
    }

    /// <summary>True if it did not come from a person, who could correct it.</summary>
    public bool IsGiven { get; }

    /// <summary>The passphrase; null if it is not known, or was wrong.</summary>
    public byte[]? Bytes => _bytes;

    /// <summary>True if the laptop's owner allows passing it on to the payload; set once it was right.</summary>
    public bool MayBeHandedOver { get; set; }

    /// <summary>The passphrase for the payload's initrd; null if it is not passed on.</summary>
    public byte[]? ForPayload => MayBeHandedOver ? _bytes : null;

    /// <summary>Reads a passphrase from a descriptor up to its end, and removes one line feed there.</summary>
    /// <exception cref="UsageException">The passphrase is empty or too long, or there is no such descriptor.</exception>
    public static LaptopPassphrase FromDescriptor(int descriptor)
    {
        // One byte for the line feed and one more, to notice a passphrase that is too long.
        var buffer = GC.AllocateArray<byte>(UnlockAnswer.MaxPassphraseBytes + 2, pinned: true);
        try
        {
            using var input = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            length -= length > 0 && buffer[length - 1] == '\n' ? 1 : 0;
            return length is > 0 and <= UnlockAnswer.MaxPassphraseBytes
                ? new LaptopPassphrase(buffer.AsSpan(0, length))
                : throw new UsageException($"--passphrase-fd {descriptor}: a passphrase has 1 to {UnlockAnswer.MaxPassphraseBytes} bytes");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--passphrase-fd {descriptor} cannot be read: {error.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Takes over a typed passphrase; this object overwrites it later.</summary>
    /// <param name="typed">The passphrase, in pinned memory.</param>
    /// <param name="uuid">The UUID of the device that it is for; may be empty.</param>
    /// <param name="laptop">The address of that laptop.</param>
    public void Take(byte[] typed, string uuid, IPEndPoint laptop)
    {
        Forget();
        (_bytes, _uuid, _laptop) = (typed, uuid, laptop);
    }

    /// <summary>True if it was typed for this device of this laptop. Any holder of the key can claim a UUID that they saw, so the address must match as well.</summary>
    public bool IsFor(string uuid, IPEndPoint laptop) => uuid.Length > 0 && uuid == _uuid && laptop.Equals(_laptop);

    /// <summary>Overwrites the passphrase.</summary>
    public void Forget()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
        MayBeHandedOver = false;
    }

    public void Dispose() => Forget();
}
