using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>
/// Tests the published client on a kernel that answers kexec_file_load with an error, as kernels do that lack it or demand signatures. The error is
/// injected and a stub replaces kexec-tools, so no kernel is ever loaded.
/// </summary>
public sealed class KexecFallbackTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch = new();
    private readonly List<NativeProcess> _processes = [];
    private string _address = "";

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("ENOSYS")]
    [InlineData("ENOEXEC")]
    public void Boot_KernelDoesNotKnowTheCallOrTheImage_LoadsTheSameFilesByKexecTools(string error)
    {
        var client = Boot(error);

        Assert.True(client.WaitForExit(s_limit) == 0, client.Output);
        Assert.Contains("kexec_load", client.Output, StringComparison.Ordinal);
        Assert.Equal(Scratch.Sha256(_scratch["kernel"]), Scratch.Sha256(_scratch["stub/kernel"]));

        // Our archive is appended to the laptop's initrd.
        var initrd = File.ReadAllBytes(_scratch["initrd"]);
        Assert.Equal(initrd, File.ReadAllBytes(_scratch["stub/initrd"])[..initrd.Length]);
        Assert.Contains("--kexec-syscall", File.ReadAllText(_scratch["stub/arguments"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EKEYREJECTED")]
    [InlineData("ENODATA")]
    [InlineData("EBADMSG")]
    [InlineData("EPERM")]
    public void Boot_KernelRefusesTheSignature_TriesNothingElse(string error)
    {
        var client = Boot(error);

        Assert.True(client.WaitForExit(s_limit) == 1, client.Output);
        Assert.Contains("sign", client.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_scratch["stub/arguments"]), "kexec-tools were asked after a refused signature");
    }

    /// <summary>A failure before asking for the disk leaves no trace on the laptop; a later one gives the disk back. Either way the next desktop gets it without a question.</summary>
    [Theory]
    [InlineData("ENOSYS", 1, false)]
    [InlineData("ENOSYS", 2, true)]
    [InlineData("EKEYREJECTED", 0, false)]
    public void Boot_KernelCannotBeLoaded_LeavesTheDiskToTheNextDesktop(string error, int failing, bool wasGranted)
    {
        var laptop = Serve();
        var first = Boot(error, laptop, failing);
        Assert.True(first.WaitForExit(s_limit) == 1, first.Output);
        Assert.Equal(wasGranted, first.Output.Contains("phase granted", StringComparison.Ordinal));
        Assert.Equal(wasGranted, first.Output.Contains("the disk was given back to the laptop, unused", StringComparison.Ordinal));
        Assert.Equal(wasGranted, laptop.Output.Contains("gave the disk back unused", StringComparison.Ordinal));

        var next = Boot("ENOSYS", laptop);
        Assert.True(next.WaitForExit(s_limit) == 0, next.Output);
        Assert.Contains("phase granted", next.Output, StringComparison.Ordinal);
    }

    /// <summary>Boots up to the start of the kernel, which is left out.</summary>
    /// <param name="error">The error with which the kernel answers kexec_file_load.</param>
    /// <param name="laptop">The laptop; null to start one.</param>
    /// <param name="failing">The load by kexec-tools that fails: 1 is the trial, 2 the final load, 0 none.</param>
    private NativeProcess Boot(string error, NativeProcess? laptop = null, int failing = 0)
    {
        laptop ??= Serve();
        Directory.CreateDirectory(_scratch["stub"]);
        File.Delete(_scratch["stub/loads"]);
        File.WriteAllText(_scratch["stub/kexec"], $"""
            #!/bin/sh
            case $1 in --unload) exit 0 ;; esac
            echo load >>{_scratch["stub/loads"]}
            [ "$(wc -l <{_scratch["stub/loads"]})" != {failing} ] || exit 1
            for argument; do
                echo "$argument" >>{_scratch["stub/arguments"]}
                case $argument in --initrd=*) cat "$(echo "$argument" | cut -d = -f 2-)" >{_scratch["stub/initrd"]} ;; esac
            done
            cat "$argument" >{_scratch["stub/kernel"]}
            """);
        File.SetUnixFileMode(_scratch["stub/kexec"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return Start("unshare", "--mount", "sh", "-c",
            $"mount --bind {_scratch["stub"]} /usr/local/sbin && exec strace -D -f -qq -o /dev/null -e trace=kexec_file_load -e inject=kexec_file_load:error={error} \"$@\"", "strace",
            NativeProcess.Binary("stiefel-client"), "boot", "--no-exec", "--once", "--attach", NativeProcess.Binary("stiefel-attach"), "--server", _address, "--key", _scratch["keys/stick.key"]);
    }

    private NativeProcess Serve()
    {
        _scratch.KeyDirectory("keys", "stick");
        _address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Scratch.FreePort()}");
        var laptop = Start(NativeProcess.Binary("stiefel-server"), "--Boot:Kernel", _scratch.RandomFile("kernel", 1 << 20), "--Boot:Initrd", _scratch.RandomFile("initrd", 2 << 20),
            "--Boot:CommandLine", "root=/dev/vda1", "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Keys:Directory", _scratch["keys"], "--Http:Listen", _address,
            "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "none", "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"]);
        laptop.WaitForLine("stiefel: phase serving", s_limit);
        return laptop;
    }

    private NativeProcess Start(string program, params string[] arguments)
    {
        var process = NativeProcess.Start(program, arguments);
        _processes.Add(process);
        return process;
    }
}
