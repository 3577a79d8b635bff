using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

/// <summary>Uses pipes in place of input devices: both are read in whole events.</summary>
public sealed class PowerKeyTests : IDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(LinuxInput.EV_KEY, LinuxInput.KEY_POWER, 1, true)]
    [InlineData(LinuxInput.EV_KEY, LinuxInput.KEY_POWER, 0, false)]
    [InlineData(LinuxInput.EV_KEY, 30, 1, false)]
    [InlineData(2, LinuxInput.KEY_POWER, 1, false)]
    public void WaitForPress_Event_IsThePowerKeyOrNot(ushort type, ushort code, int value, bool expected)
    {
        ExternalProgram.Run("mkfifo", [_directory.File("event0"), _directory.File("event1")]);
        using var key = PowerKey.Open(_directory.Path);
        Assert.False(key.WaitForPress(s_moment));
        using var device = File.OpenHandle(_directory.File("event1"), FileMode.Open, FileAccess.Write);
        Write(device, type, code, value);
        Assert.Equal(expected, key.WaitForPress(TimeSpan.FromSeconds(expected ? 60 : 0.05)));
    }

    [Fact]
    public void WaitForPress_DeviceUnplugged_GoesOnWithTheOthers()
    {
        ExternalProgram.Run("mkfifo", [_directory.File("event0"), _directory.File("event1")]);
        using var key = PowerKey.Open(_directory.Path);
        File.OpenHandle(_directory.File("event0"), FileMode.Open, FileAccess.Write).Dispose();
        Assert.False(key.WaitForPress(s_moment));
        using var device = File.OpenHandle(_directory.File("event1"), FileMode.Open, FileAccess.Write);
        Write(device, LinuxInput.EV_KEY, LinuxInput.KEY_POWER, 1);
        Assert.True(key.WaitForPress(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void WaitForPress_MachineWithoutInput_IsNever()
    {
        using var key = PowerKey.Open(_directory.File("none"));
        Assert.False(key.WaitForPress(s_moment));
    }

    private static void Write(SafeFileHandle device, ushort type, ushort code, int value)
    {
        var item = new LinuxInput.input_event { type = type, code = code, value = value };
        _ = Descriptor.Write(device, MemoryMarshal.AsBytes(new ReadOnlySpan<LinuxInput.input_event>(in item)));
    }
}
