using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a virtual machine that runs only its firmware.</summary>
[Trait("Needs", "machines")]
public sealed class VirtualMachineTests : IDisposable
{
    private static readonly byte[] s_pngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    private readonly Scratch _scratch = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Screenshot_OfFirmware_IsPng()
    {
        await using var machine = await StartAsync();

        await machine.ScreenshotAsync(_scratch["screen.png"], _token);

        var picture = await File.ReadAllBytesAsync(_scratch["screen.png"], _token);
        Assert.Equal(s_pngSignature, picture.Take(4));
    }

    [Fact]
    public async Task Cable_PulledAndPutBack_IsAccepted()
    {
        await using var machine = await StartAsync();

        await machine.SetCableAsync(connected: false, _token);
        await machine.SetCableAsync(connected: true, _token);
    }

    [Fact]
    public async Task Reset_OfMachineThatEndsOnReset_EndsIt()
    {
        await using var machine = await StartAsync();

        await machine.ResetAsync(_token);

        await machine.WaitForEndAsync(TimeSpan.FromSeconds(20), _token);
        var waited = await Assert.ThrowsAsync<MachineException>(
            () => machine.Console.WaitForAsync("login:", TimeSpan.FromSeconds(20), _token));
        Assert.Contains("pc: the machine ended", waited.Message);
    }

    [Fact]
    public async Task WaitFor_WhatNeverComes_SaysWhatWasWaitedFor()
    {
        await using var machine = await StartAsync();

        var waited = await Assert.ThrowsAsync<MachineException>(
            () => machine.Console.WaitForAsync("login:", TimeSpan.FromSeconds(1), _token));

        Assert.Contains("`login:` did not appear on the serial console within 1 s", waited.Message);
    }

    [Fact]
    public async Task Start_WithImpossibleOptions_SaysWhereTheReasonIs()
    {
        var options = Options() with { Disks = [new VirtualDisk(_scratch["missing.img"])] };

        var error = await Assert.ThrowsAsync<IOException>(() => VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, _token));

        Assert.Contains(_scratch["pc.qemu.log"], error.Message);
        Assert.Contains("missing.img", await File.ReadAllTextAsync(_scratch["pc.qemu.log"], _token));
    }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();

    private Task<VirtualMachine> StartAsync() => VirtualMachine.StartAsync(Options(), new RunClock(), (_, _) => { }, _token);

    private VirtualMachineOptions Options() => new()
    {
        Name = "pc",
        Startup = new Startup.Bios(),
        Cable = new CableEnd(_scratch["cable"], Listens: true, "52:54:00:5e:00:09"),
        Memory = 64,
        EndOnReset = true,
        LogDirectory = _scratch.Root,
        RunDirectory = _scratch.Root,
    };
}
