using Stiefel.Linux.Processes;
using Stiefel.Server;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Keeping;
using Stiefel.Server.Return;

Descriptor.FillStandard();
ProcessSignals.IgnoreFileSizeLimit();

if (KeeperProgram.IsAskedFor(args))
{
    return KeeperProgram.Run(args);
}

// Exit codes: 0 stopped, 1 failed, 2 wrong settings, 3 refused for safety; 10 and 11: see ServerEnd.
if (Help.IsAskedFor(args))
{
    Console.Write(Help.Text);
    return 0;
}

if (args is ["--version"])
{
    using var output = Console.OpenStandardOutput();
    output.Write(OwnVersion.Line);
    return 0;
}

try
{
    // Read the settings first: only Return:OnCleanEnd kexec needs the right to start another kernel.
    var options = ServerOptions.Read(ServerConfiguration.Build(args));

    // docs/security.md#privileges says what each is for, and a test compares.
    LeastPrivilege.Keep(
    [
        Capability.SysAdmin, Capability.NetAdmin, Capability.DacOverride, Capability.MakeNode, Capability.ChangeOwner, Capability.SysModule, Capability.IpcLock,
        Capability.TtyConfig, .. options.Return.MayKexec ? [Capability.SysBoot] : Array.Empty<Capability>(),
        .. options.DhcpClient != DhcpClientUse.Off ? [Capability.NetRaw] : Array.Empty<Capability>(),
        .. options is { HasBootPlane: true, NetBoot.IsOn: true }
            ? [Capability.NetRaw, Capability.NetBindService, Capability.SetUser, Capability.SetGroup, Capability.Kill]
            : Array.Empty<Capability>(),
    ]);
    var app = ServerHost.Build(options);
    var end = app.Services.GetRequiredService<ServerEnd>();

    // When this returns, everything is disposed of: the disk is flushed and closed.
    await app.RunAsync();
    return end.Finish();
}
catch (Exception e)
{
    Console.Error.WriteLine($"stiefel-server: {e.Message}");
    return e switch
    {
        UnsafeSettingsException or DiskInUseException => 3,
        SettingsException => 2,
        _ => 1,
    };
}
