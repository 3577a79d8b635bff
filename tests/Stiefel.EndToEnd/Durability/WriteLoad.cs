using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Stiefel.EndToEnd.Durability;

/// <summary>
/// Writes to an export until the server dies, and remembers what the server promised. Every eight bytes of a block hold the number of its write. A write
/// that had FUA, or that was acknowledged before an acknowledged flush was sent, is promised: the block must later hold it or a newer one.
/// </summary>
/// <param name="seed">The seed of the random choices.</param>
internal sealed class WriteLoad(int seed)
{
    public const int BlockSize = 4096;
    public const int Blocks = 1024;
    private const int MaxInFlight = 24;

    private readonly Random _random = new(seed);
    private readonly long[] _promised = new long[Blocks];
    private readonly long[] _sent = new long[Blocks];
    private readonly long[] _acknowledged = new long[Blocks];
    private readonly Dictionary<ulong, Request> _inFlight = [];
    private readonly byte[] _message = new byte[NbdWire.RequestSize + BlockSize];
    private long _number;

    /// <summary>The number of promises: acknowledged flushes and FUA writes.</summary>
    public long Promises { get; private set; }

    /// <summary>Writes until the connection is lost.</summary>
    public void RunUntilLost(Socket socket)
    {
        _inFlight.Clear();
        _acknowledged.AsSpan().Clear();
        try
        {
            while (true)
            {
                Send(socket);
                while (_inFlight.Count >= MaxInFlight || (_inFlight.Count > 0 && _random.Next(3) == 0))
                {
                    Receive(socket);
                }
            }
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // Writes in flight may or may not be on the disk.
        }
    }

    /// <summary>Compares the disk with the promises, and returns the first broken one or null. The next run starts from the disk's present content.</summary>
    public string? FirstBroken(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.None, share: FileShare.ReadWrite);
        var block = new byte[BlockSize];
        for (var at = 0; at < Blocks; at++)
        {
            Assert.Equal(BlockSize, RandomAccess.Read(file, block, (long)at * BlockSize));
            var numbers = MemoryMarshal.Cast<byte, long>(block);
            long oldest = long.MaxValue, newest = 0;
            foreach (var number in numbers)
            {
                oldest = Math.Min(oldest, number);
                newest = Math.Max(newest, number);
            }

            if (oldest < _promised[at] || newest > _sent[at])
            {
                return $"block {at}: writes {oldest} to {newest} are there; {_promised[at]} was promised and {_sent[at]} sent last";
            }

            _promised[at] = oldest;
        }

        return null;
    }

    private void Send(Socket socket)
    {
        if (_random.Next(8) == 0)
        {
            // A flush covers the writes acknowledged by now, not those under way.
            Begin(socket, NbdWire.Flush, 0, 0, 0, new Request(-1, 0, (long[])_acknowledged.Clone()));
            return;
        }

        var block = _random.Next(Blocks);
        if (_inFlight.Values.Any(request => request.Block == block))
        {
            // Do not write to a block that has a write under way, because the order of the two would be undefined.
            return;
        }

        _sent[block] = ++_number;
        MemoryMarshal.Cast<byte, long>(_message.AsSpan(NbdWire.RequestSize)).Fill(_number);
        var fua = _random.Next(12) == 0;
        Begin(socket, NbdWire.Write, fua ? NbdWire.Fua : (ushort)0, block, BlockSize, new Request(block, _number, fua ? [] : null));
    }

    private void Begin(Socket socket, ushort command, ushort flags, int block, int length, Request request)
    {
        var cookie = (ulong)_random.NextInt64();
        NbdWire.WriteRequest(_message, command, flags, cookie, (long)block * BlockSize, length);
        _inFlight.Add(cookie, request);
        NbdWire.SendAll(socket, _message.AsSpan(0, NbdWire.RequestSize + length));
    }

    private void Receive(Socket socket)
    {
        Span<byte> reply = stackalloc byte[NbdWire.ReplySize];
        NbdWire.ReceiveAll(socket, reply);
        Assert.Equal(NbdWire.ReplyMagic, BinaryPrimitives.ReadUInt32BigEndian(reply));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(reply[4..]));
        Assert.True(_inFlight.Remove(BinaryPrimitives.ReadUInt64BigEndian(reply[8..]), out var request), "a reply to nothing");
        if (request.Block >= 0)
        {
            _acknowledged[request.Block] = request.Number;
        }

        if (request.Covers is { } covers)
        {
            Promises++;
            Promise(request, covers);
        }
    }

    private void Promise(Request request, long[] covers)
    {
        if (request.Block >= 0)
        {
            _promised[request.Block] = Math.Max(_promised[request.Block], request.Number);
        }

        for (var at = 0; at < covers.Length; at++)
        {
            _promised[at] = Math.Max(_promised[at], covers[at]);
        }
    }

    /// <param name="Block">The number of the block; negative for a flush.</param>
    /// <param name="Number">The write's number.</param>
    /// <param name="Covers">The write number of each block that the answer promises, besides this write; null if the answer promises nothing.</param>
    private readonly record struct Request(int Block, long Number, long[]? Covers);
}
