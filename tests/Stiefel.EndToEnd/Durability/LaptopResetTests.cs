using System.Text;
using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Machines;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Durability;

/// <summary>Resets a laptop under a load of writes, which loses what was only in its page cache, and tests that all flushed writes are kept.</summary>
[Trait("Needs", "machines")]
public sealed class LaptopResetTests(MachineParts parts)
{
    private const int NbdPort = 10809;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Laptop_ResetAtRandomMoments_LosesNothingThatWasFlushed() => ResetAsync(10);

    [Fact]
    [Trait("Needs", "long")]
    public Task Laptop_ResetFiftyTimes_LosesNothingThatWasFlushed() => ResetAsync(50);

    private async Task ResetAsync(int resets)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var load = new WriteLoad(seed);
        var port = Scratch.FreePort();
        await parts.PlayAsync("laptop-reset", async run =>
        {
            var disk = Path.Combine(run.WorkDirectory, "disk.img");
            await File.WriteAllBytesAsync(disk, new byte[WriteLoad.Blocks * WriteLoad.BlockSize], _token);
            await using var laptop = await StartAsync(run, disk, port);
            for (var reset = 1; reset <= resets; reset++)
            {
                await laptop.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, _token);
                using (var socket = NbdWire.Connect("127.0.0.1", port, "x"))
                {
                    var running = Task.Run(() => load.RunUntilLost(socket), _token);
                    await Task.Delay(random.Next(200, 2500), _token);
                    await laptop.ResetAsync(_token);
                    socket.Shutdown(System.Net.Sockets.SocketShutdown.Both);
                    await running;
                }

                var broken = load.FirstBroken(disk);
                Assert.True(broken is null, $"seed {seed}, reset {reset}: {broken}");
            }

            Assert.True(load.Promises > resets, $"only {load.Promises} flushes were acknowledged: nothing was shown");

            // Prove that the test notices lost writes: zero the disk, and expect a broken promise.
            await File.WriteAllBytesAsync(disk, new byte[WriteLoad.Blocks * WriteLoad.BlockSize], _token);
            Assert.NotNull(load.FirstBroken(disk));
        });
    }

    private async Task<VirtualMachine> StartAsync(MachineRun run, string disk, int port)
    {
        var initrd = Path.Combine(run.WorkDirectory, "initrd.img");
        await KeyedInitrd.WriteAsync(run.Ramdisk.Initrd, initrd, parts.NewKey("stick"), [("etc/inittab", InittabWithAddress())], _token);
        var arguments = $"stiefel_role=server stiefel_bootdisk=/dev/vda stiefel.Nbd.Access=open stiefel.Nbd.ExportName=x stiefel.Nbd.AllowOpenOnNetwork=true {MachineRun.KernelArguments}";
        return await run.StartAsync(
            "laptop", new Startup.DirectKernel(run.Ramdisk.Kernel, initrd, arguments), [new VirtualDisk(disk)],
            CableEnd.FromLoopback(port, NbdPort, MachineRun.LaptopMac), _token, endsOnReset: false);
    }

    /// <summary>Gives the laptop the IPv4 address to which QEMU forwards; a laptop on a cable has none.</summary>
    private static byte[] InittabWithAddress()
    {
        (var _, var content) = Overlay.Files(Overlay.Always).Single(file => file.Path == "etc/inittab");
        return [.. content, .. Encoding.ASCII.GetBytes($"::once:/early/busybox ip address add {CableEnd.ForwardedAddress}/24 dev eth0\n")];
    }
}
