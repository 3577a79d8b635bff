using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>
/// The published client before a kernel that answers kexec_file_load with an error, as one does that was built without it or demands signatures,
/// and a stub in the place of kexec-tools: neither is ever asked to load anything here.
/// </summary>
public sealed class KexecFallbackTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch = new();
    private readonly List<NativeProcess> _processes = [];

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

        // Ours is appended to the laptop's.
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

    /// <summary>As far as to the start of the kernel, which is not begun.</summary>
    private NativeProcess Boot(string error)
    {
        Directory.CreateDirectory(_scratch["stub"]);
        File.WriteAllText(_scratch["stub/kexec"], $"""
            #!/bin/sh
            for argument; do
                echo "$argument" >>{_scratch["stub/arguments"]}
                case $argument in --initrd=*) cat "$(echo "$argument" | cut -d = -f 2-)" >{_scratch["stub/initrd"]} ;; esac
            done
            cat "$argument" >{_scratch["stub/kernel"]}
            """);
        File.SetUnixFileMode(_scratch["stub/kexec"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var address = Serve();
        return Start("unshare", "--mount", "sh", "-c",
            $"mount --bind {_scratch["stub"]} /usr/local/sbin && exec strace -D -f -qq -o /dev/null -e trace=kexec_file_load -e inject=kexec_file_load:error={error} \"$@\"", "strace",
            NativeProcess.Binary("stiefel-client"), "boot", "--no-exec", "--once", "--attach", NativeProcess.Binary("stiefel-attach"), "--server", address, "--key", _scratch["keys/stick.key"]);
    }

    private string Serve()
    {
        _scratch.KeyDirectory("keys", "stick");
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Scratch.FreePort()}");
        Start(NativeProcess.Binary("stiefel-server"), "--Boot:Kernel", _scratch.RandomFile("kernel", 1 << 20), "--Boot:Initrd", _scratch.RandomFile("initrd", 2 << 20),
            "--Boot:CommandLine", "root=/dev/vda1", "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Keys:Directory", _scratch["keys"], "--Http:Listen", address,
            "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "none", "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"])
            .WaitForLine("stiefel: phase serving", s_limit);
        return address;
    }

    private NativeProcess Start(string program, params string[] arguments)
    {
        var process = NativeProcess.Start(program, arguments);
        _processes.Add(process);
        return process;
    }
}
