using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Stiefel.Protocol.Control;
using Stiefel.Server.Admin;
using Stiefel.Server.BootPlane;
using Stiefel.Server.Browsers;
using Stiefel.Server.Configuration;
using Stiefel.Server.Desktops;
using Stiefel.Server.Discovery;
using Stiefel.Server.Events;
using Stiefel.Server.Grants;
using Stiefel.Server.Http;
using Stiefel.Server.Keeping;
using Stiefel.Server.Keys;
using Stiefel.Server.Logging;
using Stiefel.Server.Nbd;
using Stiefel.Server.NetBoot;
using Stiefel.Server.Network;
using Stiefel.Server.Notices;
using Stiefel.Server.Power;
using Stiefel.Server.Return;
using Stiefel.Server.Revocation;
using Stiefel.Server.Screen;
using Stiefel.Server.Status;
using Stiefel.Server.Strangers;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server;

/// <summary>Composes the server. Services start in the order in which they are registered; Kestrel listens last.</summary>
public static class ServerHost
{
    /// <summary>The time for dropping connections and flushing the disk at the end: more than a disk needs, less than init waits.</summary>
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(10);

    /// <param name="options">The settings.</param>
    /// <param name="adjust">Changes the services last; tests use it to read the log.</param>
    public static WebApplication Build(ServerOptions options, Action<IServiceCollection>? adjust = null)
    {
        // Use the empty builder: the settings have been read already, and nothing else may add a listener or a log.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "stiefel-server" });
        builder.Logging.AddPlainConsole(options.LogLevel);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_shutdown);
        AddServices(builder.Services, options);
        AddHttp(builder, options);
        adjust?.Invoke(builder.Services);

        var app = builder.Build();
        if (options.HasBootPlane)
        {
            app.UseBoot();
            app.MapBoot();
            app.MapNetBoot(options.NetBoot);
        }

        if (options.AdminListen is not null)
        {
            app.UseAdmin();
            app.MapAdmin();
        }

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(ServerHost));
        var journal = app.Services.GetRequiredService<EventJournal>();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            logger.PhaseReached(Phase.Serving);
            journal.Add(EventTopics.Server, "started", "the server serves");
        });
        app.Lifetime.ApplicationStopping.Register(() => journal.Add(EventTopics.Server, "stopping", "the server ends"));
        return app;
    }

    private static void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddHostedService<HangUp>();
        services.AddSingleton(options);
        services.AddSingleton(options.Boot);
        services.AddSingleton(options.Disk);
        services.AddSingleton(options.Discovery);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<EventJournal>();
        services.AddSingleton<DesktopLog>();
        services.AddSingleton(_ => new DesktopNotices());
        services.AddSingleton<StrangerLog>();
        services.AddSingleton<StrangerBudget>();
        services.AddKeeper(options);
        services.AddSingleton<ServedDisk>();

        if (options.HasBootPlane || options.AdminListen is not null)
        {
            services.AddSingleton(_ => LoadKeys(options));
            services.AddSingleton<KeyWatch>();
            services.AddHostedService(s => s.GetRequiredService<KeyWatch>());
        }

        services.AddSingleton<CableMtu>();
        services.AddTunnels(options, s => s.GetRequiredService<NbdHostedService>().Port);
        if (options.ManageNetwork)
        {
            services.AddHostedService<NetworkSetup>();
            services.AddHostedService<LinkEvents>();
        }

        if (options.StaticAddresses.Count > 0)
        {
            services.AddHostedService<StaticAddresses>();
        }

        if (options.DhcpClient != DhcpClientUse.Off)
        {
            services.AddHostedService<BorrowedAddresses>();
        }

        if (options.HasBootPlane)
        {
            services.AddBoot(options);
            services.AddNetBoot(options.NetBoot);
        }

        services.AddNbd(options);
        services.AddPower(options.Power);
        services.AddReturn(options);
        if (options.AdminListen is not null || options.Screen is not null)
        {
            services.AddReports();
            services.AddSingleton<OneTimeCode>();
            services.AddSingleton<BrowserTable>();
        }

        if (options.Screen is not null)
        {
            services.AddSingleton<ScreenWishes>();
            services.AddSingleton<BrowserDialogue>();
            services.AddHostedService<LaptopScreen>();
        }

        if (options.HasBootPlane && options.Discovery.Enabled)
        {
            services.AddSingleton<DiscoveryResponder>();
            services.AddHostedService(s => s.GetRequiredService<DiscoveryResponder>());
        }
    }

    private static KeyRing LoadKeys(ServerOptions options)
    {
        try
        {
            return KeyRing.Load(options.KeysDirectory);
        }
        catch (SettingsException e) when (!options.HasBootPlane && e is not UnsafeSettingsException)
        {
            throw new SettingsException($"Admin:Listen: the control plane asks for a key's token, and there is no key; leave Admin:Listen out, or: {e.Message}");
        }
    }

    private static void AddHttp(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<MatcherPolicy, PlaneMatcherPolicy>();
        builder.Services.AddSingleton<ListenAddresses>();
        builder.Services.AddSingleton<ConnectionBudget>();
        if (options.AdminListen is not null)
        {
            builder.Services.AddAdmin();
        }

        if (!options.HasBootPlane && options.AdminListen is null)
        {
            builder.Services.AddSingleton<IServer, NoHttpServer>();
            return;
        }

        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endPoint => KestrelSetup.Bind(endPoint, options));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            KestrelSetup.Limit(kestrel);

            // Keep this order: ListenAddresses relies on it.
            if (options.HasBootPlane)
            {
                kestrel.ListenFor(Plane.Boot, options.HttpListen);
            }

            if (options.AdminListen is { } admin)
            {
                kestrel.ListenFor(Plane.Admin, admin);
            }
        });
    }
}
