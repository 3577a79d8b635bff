using CsCheck;
using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>Random commands to a served file and to an array in memory leave the same bytes.</summary>
public sealed class DiskModelTests
{
    private const int Size = 300_001;

    private static readonly Gen<(NbdCommand Command, int Offset, int Length, byte Fill, NbdCommandFlags Flags)> s_step =
        from command in Pick.From(NbdCommand.Write, NbdCommand.Write, NbdCommand.WriteZeroes, NbdCommand.Read, NbdCommand.Flush)
        from offset in Gen.Int[0, Size - 1]
        from length in Gen.OneOf(Gen.Int[1, 5000], Gen.Int[1, Size])
        from fill in Gen.Byte
        from isFua in Gen.Bool
        from isNoHole in Gen.Bool
        select (command, offset, Math.Min(length, Size - offset), fill,
            (isFua ? NbdCommandFlags.Fua : 0) | (isNoHole && command == NbdCommand.WriteZeroes ? NbdCommandFlags.NoHole : 0));

    [Fact]
    public async Task ServedFile_AfterRandomCommands_EqualsTheModel()
    {
        using var file = new TempFile(Size);
        await using var server = await TestServer.StartAsync(
            new DiskDevice(BlockDevice.Open(file.Path, readOnly: false)), new NbdServerOptions { BufferSize = 64 * 1024 });
        using var client = NbdTestClient.Open(server);
        var model = new byte[Size];

        s_step.List[1, 10].Sample(steps => steps.ForEach(step => Play(client, model, step)), iter: FuzzCount.Of(300, cost: 5000), threads: 1);

        Assert.True(File.ReadAllBytes(file.Path).AsSpan().SequenceEqual(model));
    }

    private static void Play(NbdTestClient client, byte[] model, (NbdCommand Command, int Offset, int Length, byte Fill, NbdCommandFlags Flags) step)
    {
        var range = model.AsSpan(step.Offset, step.Length);
        switch (step.Command)
        {
            case NbdCommand.Write:
                range.Fill(step.Fill);
                Assert.Equal(NbdError.None, client.Call(step.Command, (ulong)step.Offset, (ulong)step.Length, step.Flags, range));
                break;
            case NbdCommand.WriteZeroes:
                range.Clear();
                Assert.Equal(NbdError.None, client.Call(step.Command, (ulong)step.Offset, (ulong)step.Length, step.Flags));
                break;
            case NbdCommand.Read:
                Assert.Equal(NbdError.None, client.Call(step.Command, (ulong)step.Offset, (ulong)step.Length));
                Assert.True(range.SequenceEqual(client.Receive(step.Length)));
                break;
            default:
                Assert.Equal(NbdError.None, client.Call(NbdCommand.Flush, 0, 0));
                break;
        }
    }
}
