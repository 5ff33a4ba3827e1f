using System.Net;
using Diffusion.Playground.Running;
using Diffusion.Playground.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Diffusion.Playground.Server;

/// <summary>The server of the page, on this machine alone.</summary>
internal sealed class PlaygroundServer : IAsyncDisposable
{
    /// <summary>The largest body of a request: three hundred points and the settings take a third of it.</summary>
    public const int MostBytes = 32 * 1024;

    private readonly WebApplication _application;

    private PlaygroundServer(WebApplication application, Sessions sessions, Uri address) => (_application, Sessions, Address) = (application, sessions, address);

    /// <summary>The open sessions.</summary>
    public Sessions Sessions { get; }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Starts on a port, or on a free one if it is taken.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="sessions">The most sessions at once.</param>
    public static async Task<PlaygroundServer> Start(int port, int sessions)
    {
        try
        {
            return await StartOn(port, sessions);
        }
        catch (IOException) when (port != 0)
        {
            return await StartOn(0, sessions);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Sessions.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task<PlaygroundServer> StartOn(int port, int most)
    {
        // An empty builder: no settings of the environment can open another port.
        var builder = WebApplication.CreateEmptyBuilder(new());
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, port);
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MostBytes;
            options.Limits.MaxConcurrentConnections = 100;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        });
        _ = builder.Services.AddRoutingCore();
        var application = builder.Build();
        var sessions = new Sessions(most);
        _ = application.Use(Guard.Check);
        _ = application.UseRouting();
        Endpoints.Map(application, sessions);
        try
        {
            await application.StartAsync();
        }
        catch
        {
            sessions.Dispose();
            await application.DisposeAsync();
            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new PlaygroundServer(application, sessions, new Uri(address));
    }
}
