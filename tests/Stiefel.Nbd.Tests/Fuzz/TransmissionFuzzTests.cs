using CsCheck;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transmission;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>
/// For any input in transmission, the device is asked only for ranges within its size (the fake throws otherwise), and the
/// loop ends because the client leaves, by a protocol error, or by a device failure that can no longer be reported.
/// </summary>
public sealed class TransmissionFuzzTests
{
    // Small, so that requests often cross the ends of buffer and disk.
    private const int Size = 30_000;
    private const int BufferSize = 8 * 1024;

    private static readonly Gen<ulong> s_number = Gen.OneOf(
        Gen.ULong[0, Size + 10],
        Gen.ULong[0, 64],
        Pick.From(1UL << 31, 1UL << 32, 1UL << 63, (1UL << 63) - 1, ulong.MaxValue, ulong.MaxValue - Size, 32UL << 20, (32UL << 20) + 1, 64UL << 20),
        Gen.ULong);

    private static readonly Gen<(NbdRequest Request, int Payload)> s_request =
        from command in Gen.Frequency((9, Gen.UShort[0, 8]), (1, Gen.UShort))
        from flags in Gen.Frequency((6, Gen.Const((ushort)0)), (3, Gen.UShort[0, 63]), (1, Gen.UShort))
        from offset in s_number
        from length in s_number
        from payload in Gen.Frequency((9, Gen.Const(-1)), (1, Gen.Int[0, 5000]))
        select (new NbdRequest((NbdCommandFlags)flags, (NbdCommand)command, offset ^ length, offset, length), payload);

    // The limit for any input. It includes neither the buffers, which are native memory, nor data, which is never allocated.
    private const int MaxAllocation = 1024 * 1024;

    [Fact]
    public void Transmission_AnyRequests_NeverLeaveTheDeviceOrTheProtocol()
    {
        long requests = 0;
        Gen.Select(Gen.Enum<ReplyFormat>(), s_request.List[0, 12], Gen.Int[1, 20_000], Gen.Select(Gen.Int[0, 2000], Gen.Byte).List[0, 2], Gen.Bool, Gen.Int[0, 40]).Sample(
            (format, list, portion, mutations, isReadOnly, faultAfter) =>
                Interlocked.Add(ref requests, Transmit(Script(format, list, mutations), format, portion, isReadOnly, faultAfter)),
            iter: FuzzCount.Of(60_000),
            threads: 2);

        Assert.True(requests > 60_000, $"{requests} requests");
    }

    [Fact]
    public void Transmission_KeptInputs_NeverLeaveTheDeviceOrTheProtocol()
    {
        foreach (var script in Corpus.Read("transmission.txt"))
        {
            foreach (var format in Enum.GetValues<ReplyFormat>())
            {
                _ = Transmit(script, format, portion: 1, isReadOnly: false, faultAfter: 0);
                _ = Transmit(script, format, portion: int.MaxValue, isReadOnly: true, faultAfter: 0);
            }
        }
    }

    /// <summary>Runs the loop; returns the number of requests served.</summary>
    private static long Transmit(byte[] script, ReplyFormat format, int portion, bool isReadOnly, int faultAfter)
    {
        using var transport = new ScriptTransport(script, portion);
        var calls = 0;
        using var device = new MemoryDevice(Size) { Fault = (_, _) => ++calls == faultAfter ? Errno.EIO : null, IsCold = portion % 2 == 0 };
        var session = new NegotiatedSession(new NbdExport("disk", device) { IsReadOnly = isReadOnly }, format, HasBaseAllocation: format != ReplyFormat.Simple);
        var counters = new TransmissionCounters();
        var before = GC.GetAllocatedBytesForCurrentThread();
        using (var loop = new TransmissionLoop(transport, session, BufferSize, counters, new StopSignal(), (_, _) => { }))
        {
            try
            {
                var reason = loop.Run();
                Assert.True(reason is NbdCloseReason.Lost or NbdCloseReason.Disconnected);
            }
            catch (NbdProtocolException)
            {
                // The client violated the protocol.
            }
            catch (OperationCanceledException)
            {
                // The device failed after the head of a reply was sent.
                Assert.True(calls >= faultAfter);
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation);
        Assert.True(!isReadOnly || device.Calls.TrueForAll(call => !call.StartsWith("write", StringComparison.Ordinal) && !call.StartsWith("zero", StringComparison.Ordinal)));
        return counters.Requests;
    }

    private static byte[] Script(ReplyFormat format, List<(NbdRequest Request, int Payload)> requests, List<(int, byte)> mutations)
    {
        var bytes = new List<byte>();
        foreach ((var request, var payload) in requests)
        {
            var head = new byte[NbdRequest.SizeIn(format)];
            request.Write(head, format);
            bytes.AddRange(head);
            var hasPayload = request.Command == NbdCommand.Write || (format == ReplyFormat.Extended && request.Flags.HasFlag(NbdCommandFlags.PayloadLen));
            var honest = hasPayload ? (int)Math.Min(request.Length, Size) : 0;
            bytes.AddRange(new byte[payload < 0 ? honest : payload]);
        }

        foreach ((var position, var value) in mutations)
        {
            if (position < bytes.Count)
            {
                bytes[position] = value;
            }
        }

        return [.. bytes];
    }
}
