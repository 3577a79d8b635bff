using System.Security.Cryptography;

namespace Stiefel.Server.BootPlane;

/// <summary>
/// The genuine hellos of late. A client makes a fresh one for every handshake: one that comes again is a recording, and gets the strangers' answer before
/// it costs more than a look. Thread-safe.
/// </summary>
public sealed class SeenHellos
{
    /// <summary>A desktop needs one for each attempt; 32 bytes each.</summary>
    public const int Most = 4096;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _order = [];

    /// <summary>Was it here before?</summary>
    public bool Has(ReadOnlySpan<byte> hello)
    {
        var mark = MarkOf(hello);
        lock (_lock)
        {
            return _seen.Contains(mark);
        }
    }

    /// <summary>Keeps it in mind; the oldest is forgotten if there are too many.</summary>
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
