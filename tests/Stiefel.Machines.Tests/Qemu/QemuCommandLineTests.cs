using Stiefel.Machines.Qemu;
using Xunit;

namespace Stiefel.Machines.Tests.Qemu;

public sealed class QemuCommandLineTests
{
    [Fact]
    public void Build_DirectKernel_HasNoFirmwareDrive()
    {
        var arguments = QemuCommandLine.Build(Options(new Startup.DirectKernel("/k", "/i", "quiet ro")), null);

        Assert.Equal("quiet ro", arguments[arguments.IndexOf("-append") + 1]);
        Assert.DoesNotContain(arguments, argument => argument.Contains("pflash", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_Uefi_ProtectsCodeAndCopiesVariables()
    {
        var arguments = QemuCommandLine.Build(Options(new Startup.Uefi()), new UefiFirmware("/code.fd", "/template.fd"));

        Assert.Contains("if=pflash,unit=0,format=raw,readonly=on,file=/code.fd", arguments);
        Assert.Contains("if=pflash,unit=1,format=raw,file=/run/x/pc.vars.fd", arguments);
        Assert.DoesNotContain(arguments, argument => argument.Contains("template", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_UefiWithSecureBoot_ProtectsItsVariables()
    {
        var arguments = QemuCommandLine.Build(Options(new Startup.Uefi(HasSecureBoot: true)), new UefiFirmware("/code.fd", "/template.fd"));

        Assert.Equal("q35,smm=on", arguments[arguments.IndexOf("-machine") + 1]);
        Assert.Contains("driver=cfi.pflash01,property=secure,value=on", arguments);
    }

    [Fact]
    public void Build_CableThatIsRecorded_WritesEveryFrameDown()
    {
        var options = Options(new Startup.Bios()) with { Cable = new CableEnd("/s", Listens: true, "02:00:00:00:00:01") { Recording = "/a,b" } };

        Assert.Contains("filter-dump,id=recording,netdev=cable,maxlen=65600,file=/a,,b", QemuCommandLine.Build(options, null));
    }

    [Fact]
    public void Build_BeeperThatIsRecorded_HasItsOwnFile()
    {
        var arguments = QemuCommandLine.Build(Options(new Startup.Bios()) with { BeeperRecording = "/a,b.wav" }, null);

        Assert.Contains("q35,pcspk-audiodev=beeper", arguments);
        Assert.Contains("wav,id=beeper,path=/a,,b.wav", arguments);
        Assert.DoesNotContain("-audiodev", QemuCommandLine.Build(Options(new Startup.Bios()), null));
    }

    [Fact]
    public void Build_PathWithComma_IsNotCutThere()
    {
        var options = Options(new Startup.Bios()) with { Disks = [new VirtualDisk("/a,readonly=off.img", DiskBus.Usb, ReadOnly: true)] };

        var drive = Assert.Single(QemuCommandLine.Build(options, null), argument => argument.Contains("id=disk0", StringComparison.Ordinal) && argument.Contains("if=none", StringComparison.Ordinal));

        Assert.EndsWith("readonly=on,file=/a,,readonly=off.img", drive);
    }

    [Fact]
    public void Build_SecondCable_JoinsBothAndTheAdapter()
    {
        var options = Options(new Startup.Bios()) with { Cable = new CableEnd("/run/a", Listens: true, "52:54:00:00:00:01") { MoreSockets = ["/run/b"] } };

        var arguments = QemuCommandLine.Build(options, null);

        Assert.Contains(arguments, argument => argument.Contains("virtio-net-pci", StringComparison.Ordinal) && argument.Contains("netdev=port-adapter", StringComparison.Ordinal));
        Assert.Equal(["id=port-adapter,hubid=0", "id=port-0,hubid=0,netdev=cable", "id=port-1,hubid=0,netdev=cable-1"],
            arguments.Where(argument => argument.StartsWith("hubport,", StringComparison.Ordinal)).Select(argument => argument["hubport,".Length..]));
        Assert.Contains("stream,id=cable-1,server=on,addr.type=unix,addr.path=/run/b", arguments);
    }

    [Fact]
    public void Build_Number_IsTheAdaptersSoThatAMachineIsKnownAgain()
    {
        string Number(string mac)
        {
            var arguments = QemuCommandLine.Build(Options(new Startup.Bios()) with { Cable = new CableEnd("/s", Listens: false, mac) }, null);
            return arguments[arguments.IndexOf("-uuid") + 1];
        }

        Assert.True(Guid.TryParseExact(Number("52:54:00:5e:00:02"), "D", out var number));
        Assert.Equal(number.ToString(), Number("52:54:00:5e:00:02"));
        Assert.NotEqual(number.ToString(), Number("52:54:00:5e:00:03"));
    }

    private static VirtualMachineOptions Options(Startup startup)
        => new() { Name = "pc", Startup = startup, LogDirectory = "/log", RunDirectory = "/run/x" };
}
