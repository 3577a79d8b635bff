using CsCheck;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Negotiation;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>Any input ends the handshake in exactly one of three ways: a session, no session, or a protocol error.</summary>
public sealed class NegotiationFuzzTests
{
    private static readonly NegotiationOptions s_options = new NbdServerOptions { HandshakeTimeout = TimeSpan.FromMinutes(1) }.ForNegotiation();

    private static readonly Gen<byte[]> s_noise = Gen.Byte.Array[0, 64];

    private static readonly Gen<byte[]> s_option =
        from option in Gen.OneOf(Gen.UInt[0, 13], Gen.UInt[(uint)NbdOption.Generation, (uint)NbdOption.Notices], Gen.UInt)
        from data in Gen.OneOf(
            s_noise,
            Gen.Const(NbdTestClient.GoData("disk", 3)),
            Gen.Const((byte[])[.. NbdTestClient.Prefixed("disk"), 0, 0, 0, 1, .. NbdTestClient.Prefixed("base:allocation")]),
            Gen.Const("disk"u8.ToArray()),
            Gen.Const((byte[])[0, 0, 0, 0, 0, 0, 0, 9]),
            Gen.Const((byte[])[.. NbdTestClient.Prefixed("disk"), 0, 0, 0, 0, 0, 0, 0, 9, .. new byte[32]]),
            Gen.Const((byte[])[.. NbdTestClient.Prefixed("disk"), 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8, .. new byte[32]]),
            Gen.Const(Array.Empty<byte>()))
        from lie in Gen.Frequency((8, Gen.Const(0)), (1, Gen.Int[-8, 8]), (1, Gen.Int))
        select Option(option, data, unchecked((uint)(data.Length + lie)));

    private static readonly Gen<byte[]> s_script =
        from flags in Gen.Frequency((6, Gen.Const(3u)), (1, Gen.Const(1u)), (1, Gen.UInt))
        from options in s_option.List[0, 12]
        from mutations in Gen.Select(Gen.Int[0, 400], Gen.Byte).List[0, 3]
        from cut in Gen.Frequency((4, Gen.Const(int.MaxValue)), (1, Gen.Int[0, 400]))
        select Script(flags, options, mutations, cut);

    // One option of the largest size, and the cost of reading it.
    private const int MaxAllocation = 512 * 1024;

    [Fact]
    public void Negotiation_AnyBytes_EndInASessionOrAProtocolError()
    {
        long sessions = 0;
        Gen.Select(s_script, Gen.Int[1, 40]).Sample(
            (script, portion) =>
            {
                if (Negotiate(script, portion) is not null)
                {
                    Interlocked.Increment(ref sessions);
                }
            },
            iter: FuzzCount.Of(100_000),
            threads: 2);

        // A generator that never reaches a session would prove little.
        Assert.True(sessions > 1000, $"{sessions} sessions");
    }

    [Fact]
    public void Negotiation_KeptInputs_EndInASessionOrAProtocolError()
    {
        foreach (var script in Corpus.Read("negotiation.txt"))
        {
            _ = Negotiate(script, portion: 1);
            _ = Negotiate(script, portion: int.MaxValue);
        }
    }

    private static NegotiatedSession? Negotiate(byte[] script, int portion)
    {
        using var device = new MemoryDevice(4096);
        var export = new SingleExport("disk", device);
        using var transport = new ScriptTransport(script, portion);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var negotiator = new Negotiator(
            new NegotiationStream(transport, s_options),
            export,
            s_options,
            (name, _) => Admission.Of(export.Resolve(name)));
        try
        {
            return negotiator.Run();
        }
        catch (NbdProtocolException)
        {
            // A protocol error is one of the three allowed ends.
            return null;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation + (64L * script.Length));
        }
    }

    private static byte[] Option(uint option, byte[] data, uint announced)
    {
        var message = new byte[OptionHeader.Size + data.Length];
        new OptionHeader((NbdOption)option, announced).Write(message);
        data.CopyTo(message, OptionHeader.Size);
        return message;
    }

    private static byte[] Script(uint flags, List<byte[]> options, List<(int, byte)> mutations, int cut)
    {
        var bytes = new List<byte> { (byte)(flags >> 24), (byte)(flags >> 16), (byte)(flags >> 8), (byte)flags };
        options.ForEach(bytes.AddRange);
        foreach ((var position, var value) in mutations)
        {
            if (position < bytes.Count)
            {
                bytes[position] = value;
            }
        }

        return [.. bytes.Take(cut)];
    }
}
