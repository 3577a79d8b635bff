using System.Security.Cryptography;

namespace Stiefel.Server.BootPlane;

/// <summary>
/// Remembers recent genuine hellos. A client makes a fresh one for every handshake, so a repeated one is a recording and gets the strangers' answer before
/// it costs more than a lookup. Thread-safe.
/// </summary>
public sealed class SeenHellos
{
    /// <summary>The most hellos that are remembered. A desktop sends one for each attempt.</summary>
    public const int Most = 4096;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _order = [];

    /// <summary>True if this hello was added before.</summary>
    public bool Has(ReadOnlySpan<byte> hello)
    {
        var mark = MarkOf(hello);
        lock (_lock)
        {
            return _seen.Contains(mark);
        }
    }

    /// <summary>Remembers a hello; forgets the oldest if there are too many.</summary>
    public void Add(ReadOnlySpan<byte> hello)
    {
        var mark = MarkOf(hello);
        lock (_lock)
        {
            if (!_seen.Add(mark))
            {
                return;
            }

            _order.Enqueue(mark);
            if (_order.Count > Most)
            {
                _seen.Remove(_order.Dequeue());
            }
        }
    }

    private static UInt128 MarkOf(ReadOnlySpan<byte> hello)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hello, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
